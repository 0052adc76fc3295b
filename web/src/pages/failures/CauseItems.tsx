import { Button, Checkbox, Group, Paper, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { Actions } from './Actions.tsx';
import { borderBottom, ItemRow, nameOf } from './ItemRow.tsx';
import type { Group as FailureGroup } from './queries.ts';

/** As many as a filter of the API takes by their ids. */
const selectedMax = 500;

/** The items of a cause, and what is done with all of them or with those that are selected. */
export function CauseItems({ group: { connection, filter, items, newest } }: { group: FailureGroup }) {
  const session = useSession();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const { companyId } = newest;
  const list = useList({
    queryKey: ['queue', companyId, 'items', connection.id, filter],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/queue', {
          params: {
            path: { companyId },
            query: {
              limit: 50,
              open: 'true',
              connectionId: connection.id,
              ...(filter.reason && { reason: filter.reason }),
              ...(cursor && { cursor }),
            },
          },
        }),
      ),
    everyMs: 5_000,
  });
  // What was worked off meanwhile is selected no more.
  const chosen = list.items.filter(({ id }) => selected.has(id)).map(({ id }) => id);
  const target =
    chosen.length > 0
      ? { connectionId: connection.id, filter: { itemIds: chosen }, items: chosen.length }
      : { connectionId: connection.id, filter, items };
  const select = (id: string, isSelected: boolean) =>
    setSelected((before) => {
      const after = new Set(before);
      if (isSelected && after.size < selectedMax) after.add(id);
      else after.delete(id);
      return after;
    });
  const isWorker = may(session, 'failure.work');

  return (
    <Stack gap="md">
      {isWorker && (
        <Paper withBorder p="sm">
          <Stack gap="xs">
            <Group justify="space-between">
              <Text fw={600} component="output">
                {chosen.length > 0 ? words.failures.selected(chosen.length) : words.failures.all(items)}
              </Text>
              {chosen.length > 0 && (
                <Button variant="subtle" size="compact-sm" onClick={() => setSelected(new Set())}>
                  {words.failures.selectNone}
                </Button>
              )}
            </Group>
            <Actions target={target} isMessage={newest.kind === 'delivery'} onDone={() => setSelected(new Set())} />
          </Stack>
        </Paper>
      )}
      <VirtualList label={words.failures.list} list={list} rowHeight={84}>
        {(item) => (
          <Group wrap="nowrap" align="start" gap="sm" py="sm" style={{ borderBottom }}>
            {isWorker && (
              <Checkbox
                mt={2}
                aria-label={words.failures.select(nameOf(item))}
                checked={selected.has(item.id)}
                onChange={({ currentTarget }) => select(item.id, currentTarget.checked)}
              />
            )}
            <ItemRow item={item} />
          </Group>
        )}
      </VirtualList>
    </Stack>
  );
}
