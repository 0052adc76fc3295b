import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { words } from '../../words/index.ts';
import { actionWords } from './action-words.ts';

export type Entry = Schemas['AuditEntry'];
const colours: Record<Entry['outcome'], string> = { asked: 'blue', done: 'green', refused: 'red' };

export function Outcome({ outcome }: Pick<Entry, 'outcome'>) {
  return (
    <Badge variant="dot" tt="none" color={colours[outcome]} flex="none">
      {words.audit.outcomes[outcome]}
    </Badge>
  );
}

export function EntryRow({ entry, nameOf, onOpen }: { entry: Entry; nameOf: (id: string) => string; onOpen: () => void }) {
  const { sequence, actor, action, subject, outcome, at } = entry;
  return (
    <Group
      justify="space-between"
      align="start"
      wrap="nowrap"
      py="sm"
      style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}
    >
      <Stack gap={2} miw={0}>
        <Group gap="xs">
          <Text fw={600}>{actionWords(action)}</Text>
          <Outcome outcome={outcome} />
        </Group>
        <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
          {nameOf(actor)} · {nameOf(subject)} · <Moment at={at} />
        </Text>
      </Stack>
      <Button
        variant="default"
        size="xs"
        flex="none"
        onClick={onOpen}
        aria-label={`${words.audit.look}: ${words.audit.one(sequence)}`}
      >
        {words.audit.look}
      </Button>
    </Group>
  );
}
