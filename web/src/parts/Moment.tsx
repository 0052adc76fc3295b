import { Tooltip } from '@mantine/core';
import { useNow } from './use-now.ts';

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });
const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** A moment as people say it, in the viewer's zone; the exact one on hover and for readers of screens. */
export function Moment({ at }: { at: string }) {
  const now = useNow();
  const seconds = (new Date(at).getTime() - now) / 1_000;
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const);
  const said = unit === 'second' ? relative.format(0, 'second') : relative.format(Math.round(seconds / size), unit);
  return (
    <Tooltip label={exact.format(new Date(at))} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{said}</time>
    </Tooltip>
  );
}
