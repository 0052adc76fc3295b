import { Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { words } from '../../words/index.ts';
import { jobsQuery, providerQuery, type ConnectionDetail } from './queries.ts';
import { RunRow } from './RunRow.tsx';

const said = words.connection.runs;

/** The library that draws it is large, and nobody else needs it here. */
const RunChart = lazy(async () => ({ default: (await import('./RunChart.tsx')).RunChart }));

export function Runs({ connection: { id: connectionId, provider } }: { connection: ConnectionDetail }) {
  const { stream, tab } = useSearch({ from: '/signed-in/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const { data: jobs } = useQuery(jobsQuery(connectionId));
  const { data: forms } = useQuery(providerQuery(provider.key));
  const labelOf = (key: string) => forms?.streams.find((each) => each.key === key)?.label ?? key;
  const job = jobs?.items.find((each) => each.stream === stream);
  const list = useList({
    queryKey: ['connection', connectionId, 'runs', job?.id],
    enabled: jobs !== undefined,
    read: (cursor) =>
      answerOf(
        api.GET('/v1/connections/{connectionId}/runs', {
          params: { path: { connectionId }, query: { limit: 50, ...(job && { jobId: job.id }), ...(cursor && { cursor }) } },
        }),
      ),
    everyMs: 10_000,
  });
  if (list.error && !list.data) return <ProblemNotice error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading />;
  if (list.items.length === 0 && !job) return <Empty title={said.empty} more={said.emptyMore} />;
  return (
    <Stack gap="md">
      <Suspense fallback={<Loading />}>
        <RunChart connectionId={connectionId} />
      </Suspense>
      {(jobs?.items.length ?? 0) > 1 && (
        <Group>
          <Select
            label={said.stream}
            placeholder={said.anyStream}
            data={jobs!.items.map((each) => ({ value: each.stream, label: labelOf(each.stream) }))}
            value={job?.stream ?? null}
            onChange={(value) =>
              void navigate({
                search: { ...(tab && { tab }), ...(value && { stream: value }) },
                replace: true,
              })
            }
            clearable
            clearButtonProps={{ 'aria-label': said.anyStream }}
          />
        </Group>
      )}
      {list.items.length === 0 ? (
        <Text>{said.noneOfStream}</Text>
      ) : (
        <VirtualList label={said.label} list={list} rowHeight={92}>
          {(run) => (
            <RunRow
              run={run}
              streamLabel={labelOf(jobs?.items.find(({ id }) => id === run.jobId)?.stream ?? said.unknownStream)}
            />
          )}
        </VirtualList>
      )}
    </Stack>
  );
}
