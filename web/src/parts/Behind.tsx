import { Alert, Button, Group, Text } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { notifyManager, useQueryClient, type Query, type QueryCache } from '@tanstack/react-query';
import { useCallback, useState, useSyncExternalStore } from 'react';
import { isRefusal } from '../api/client.ts';
import { words } from '../words/index.ts';
import { Moment } from './Moment.tsx';

/** What is on the page could not be read again: it stays, and this says how old the oldest of it is. */
export function Behind() {
  const client = useQueryClient();
  const since = useSince(client.getQueryCache());
  const [isTrying, setTrying] = useState(false);
  const tryAgain = async () => {
    setTrying(true);
    await client.refetchQueries({ type: 'active', predicate: isBehind });
    setTrying(false);
  };
  if (since === null) return null;
  return (
    <Alert role={undefined} variant="light" color="yellow" py="xs" icon={<IconCloudOff aria-hidden />}>
      <Group justify="space-between" gap="xs">
        <Text component="output" size="sm">
          {words.behind.from} <Moment at={new Date(since).toISOString()} isDated />. {words.behind.goesOn}
        </Text>
        <Button size="compact-sm" variant="default" className="no-print" loading={isTrying} onClick={() => void tryAgain()}>
          {words.problem.again}
        </Button>
      </Group>
    </Alert>
  );
}

/** When the oldest of it was read, in milliseconds; `null` while nothing is behind. */
function useSince(cache: QueryCache): number | null {
  return useSyncExternalStore(
    // What a page asks for while it is drawn changes the cache too: it is told of after that.
    useCallback((told: () => void) => cache.subscribe(notifyManager.batchCalls(told)), [cache]),
    () => {
      const behind = cache.findAll({ type: 'active', predicate: isBehind });
      return behind.length === 0 ? null : Math.min(...behind.map(({ state }) => state.dataUpdatedAt));
    },
  );
}

/** What was refused is said in its place, and so is a further page of a list that could not be read. `isBeside`: names and the like. */
const isBehind = ({ state, meta }: Query) =>
  state.status === 'error' &&
  state.data !== undefined &&
  !isRefusal(state.error) &&
  !state.fetchMeta?.fetchMore &&
  meta?.['isBeside'] !== true;
