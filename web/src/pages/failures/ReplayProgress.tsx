import { Affix, CloseButton, Group, Paper, Progress, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { without } from '../../without.ts';
import { words } from '../../words/index.ts';
import { replayQuery } from './queries.ts';

/** A retry of many, while it is under way and how it ended. */
export function ReplayProgress({ replayId }: { replayId: string }) {
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/failures' });
  const query = useQuery(replayQuery(replayId));
  const replay = query.data;
  const tried = replay ? Object.values(replay.counts).reduce((sum, count) => sum + count, 0) : 0;
  const outcome = replay?.outcome;
  // The list shows what the retry leaves, as it goes.
  useEffect(() => {
    if (tried > 0 || outcome) void client.invalidateQueries({ queryKey: ['queue'] });
  }, [client, tried, outcome]);
  const close = () => void navigate({ search: (before) => without(before, 'replay'), replace: true, resetScroll: false });
  const share = outcome ? 100 : replay?.items ? (100 * tried) / replay.items : 0;
  return (
    <Affix position={{ bottom: 16, right: 16, left: 'auto' }} maw="calc(100vw - 2rem)">
      <Paper withBorder shadow="md" p="md" w={380} maw="100%" component="section" aria-label={words.failures.replay.title}>
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600}>{words.failures.replay.title}</Text>
          <CloseButton aria-label={words.failures.replay.close} onClick={close} />
        </Group>
        {query.error && !replay ? (
          <ProblemNotice error={query.error} again={() => void query.refetch()} />
        ) : (
          <Stack gap={4}>
            <Progress
              value={share}
              color={outcome === 'failed' || (replay?.counts.failed ?? 0) > 0 ? 'orange' : 'green'}
              aria-label={words.failures.replay.title}
            />
            <Text size="sm" component="output">
              {outcome === 'succeeded'
                ? words.failures.replay.over
                : outcome === 'failed'
                  ? words.failures.replay.failed
                  : words.failures.replay.running}
              {replay && `: ${replay.sentence}`}
            </Text>
          </Stack>
        )}
      </Paper>
    </Affix>
  );
}
