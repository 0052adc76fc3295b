import { Group, Stack, Text, Title } from '@mantine/core';
import { Diff } from '../../parts/Diff.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { SideDrawer } from '../../parts/SideDrawer.tsx';
import { words } from '../../words/index.ts';
import { actionWords } from './action-words.ts';
import { Outcome, type Entry } from './EntryRow.tsx';

type Facts = Record<string, unknown>;

/** All that one entry says. */
export function EntryDrawer({ entry, nameOf, onClose }: { entry: Entry; nameOf: (id: string) => string; onClose: () => void }) {
  const { sequence, actor, action, subject, outcome, at, from, detail, before, after, erased, hash } = entry;
  const lines = [
    [words.audit.who, nameOf(actor) === actor ? actor : `${nameOf(actor)} (${actor})`],
    [words.audit.about, subject],
    ...(from ? [[words.audit.address, from] as const] : []),
    ...Object.entries(detail).map(([name, value]) => [name, textOf(value)] as const),
    [words.audit.technical, action],
    [words.audit.hash, hash],
  ] as const;
  return (
    <SideDrawer title={words.audit.one(sequence)} onClose={onClose}>
      <Stack gap="md">
        <Group gap="xs">
          <Text fw={600}>{actionWords(action)}</Text>
          <Outcome outcome={outcome} />
          <Text size="sm" c="dimmed">
            <Moment at={at} />
          </Text>
        </Group>
        <section aria-label={words.audit.details}>
          {lines.map(([name, value]) => (
            <Text key={name} size="sm" style={{ overflowWrap: 'anywhere' }}>
              <Text span c="dimmed" inherit>
                {name}:
              </Text>{' '}
              {value}
            </Text>
          ))}
        </section>
        {erased && <Text size="sm">{words.audit.erased}</Text>}
        {(before ?? after) && (
          <Stack gap="xs" component="section">
            <Title order={3} size="h5">
              {words.audit.changes}
            </Title>
            <Diff label={words.audit.changes} before={before && flat(before)} after={after && flat(after)} />
          </Stack>
        )}
      </Stack>
    </SideDrawer>
  );
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const flat = (facts: Facts) =>
  Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, value === null ? null : textOf(value)]));
