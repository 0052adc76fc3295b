import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Moment } from '../../parts/Moment.tsx';
import { words } from '../../words/index.ts';
import type { Item } from './queries.ts';

export const stateColours: Record<Item['state'], string> = {
  pending: 'orange',
  retrying: 'blue',
  dead: 'red',
  resolved: 'green',
  ignored: 'gray',
};

/** Between the rows of a list. */
export const borderBottom = '1px solid var(--mantine-color-default-border)';

/** One item in a list; its name opens all of it beside the list. */
export function ItemRow({ item }: { item: Item }) {
  const { id, sentence, state, attempts, lastSeenAt } = item;
  return (
    <Stack gap={2} miw={0} flex={1}>
      <Group gap="xs">
        <Anchor
          renderRoot={(props) => (
            <Link from="/failures" to="." search={(before) => ({ ...before, item: id })} resetScroll={false} {...props} />
          )}
          fw={600}
          style={{ overflowWrap: 'anywhere' }}
        >
          {nameOf(item)}
        </Anchor>
        <Badge variant="dot" tt="none" color={stateColours[state]}>
          {words.queueStates[state]}
        </Badge>
        <Text size="sm" c="dimmed">
          {words.failures.attempts(attempts)} · <Moment at={lastSeenAt} />
        </Text>
      </Group>
      <Text size="sm">{sentence}</Text>
    </Stack>
  );
}

/** Ids that nobody can read are told apart by their ends; the whole one stands in the details. */
export function nameOf({ kind, cause }: Pick<Item, 'kind' | 'cause'>): string {
  const id = cause.length <= idMax ? cause : `…${cause.slice(-8)}`;
  return `${words.failures.kinds[kind]} ${id}`;
}
const idMax = 30;
