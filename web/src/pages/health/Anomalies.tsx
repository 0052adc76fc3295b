import { SegmentedControl, Stack } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { without } from '../../without.ts';
import { words } from '../../words/index.ts';
import { AnomalyCard } from './AnomalyCard.tsx';
import { Shown } from './Shown.tsx';

const said = words.health.anomalies;

/** What was not as usual, each with its explanation; a person says whether it is trouble. */
export function Anomalies({ companyId }: { companyId: string }) {
  const { show } = useSearch({ from: '/signed-in/health' });
  const navigate = useNavigate({ from: '/health' });
  const isAll = show === 'all';
  const list = useList({
    queryKey: ['anomalies', companyId, { isAll }],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/anomalies', {
          params: { path: { companyId }, query: { limit: 50, ...(!isAll && { open: 'true' }), ...(cursor && { cursor }) } },
        }),
      ),
  });
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={said.list}
        w="fit-content"
        value={isAll ? 'all' : 'open'}
        data={[
          { value: 'open', label: said.open },
          { value: 'all', label: said.all },
        ]}
        onChange={(value) =>
          void navigate({
            search: (before) => (value === 'all' ? { ...before, show: 'all' } : without(before, 'show')),
            replace: true,
          })
        }
      />
      <Shown of={[list]}>
        {() =>
          list.items.length === 0 ? (
            <Empty title={said.empty} more={said.emptyMore} />
          ) : (
            <VirtualList label={said.list} list={list} rowHeight={150}>
              {(anomaly) => <AnomalyCard anomaly={anomaly} />}
            </VirtualList>
          )
        }
      </Shown>
    </Stack>
  );
}
