import { Tooltip } from '@mantine/core';
import { locale } from '../words/index.ts';
import { useNow } from './use-now.ts';

const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'long' });
const dated = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/**
 * A moment as people say it, in the viewer's zone; the exact one on hover and for readers of screens. `isDated`: by the clock, as
 * sentences need it that go on with “at” or “since”.
 */
export function Moment({ at, isDated = false }: { at: string; isDated?: boolean }) {
  const now = useNow();
  const moment = new Date(at);
  return (
    <Tooltip label={exact.format(moment)} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at}>{isDated ? byClock(moment, new Date(now)) : fromNow(moment, now)}</time>
    </Tooltip>
  );
}

function fromNow(moment: Date, now: number): string {
  const seconds = (moment.getTime() - now) / 1_000;
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? (['second', 1] as const);
  return unit === 'second' ? relative.format(0, 'second') : relative.format(Math.round(seconds / size), unit);
}

/** Today, the hour says it. */
const byClock = (moment: Date, now: Date): string =>
  (moment.toDateString() === now.toDateString() ? clock : dated).format(moment);
