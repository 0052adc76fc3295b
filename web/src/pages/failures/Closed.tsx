import { Group, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useCompany } from '../../company.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Page } from '../../parts/Page.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { borderBottom, ItemRow } from './ItemRow.tsx';
import { Reopen } from './OneItem.tsx';

/** What was closed, with what was said of it, and a way back. */
export function Closed({ aside }: { aside: ReactNode }) {
  const session = useSession();
  const { companyId } = useCompany();
  const list = useList({
    queryKey: ['queue', companyId, 'closed'],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/queue', {
          params: { path: { companyId }, query: { limit: 50, open: 'false', ...(cursor && { cursor }) } },
        }),
      ),
  });
  return (
    <Page title={words.failures.title} aside={aside} of={list}>
      {() =>
        list.items.length === 0 ? (
          <Empty title={words.failures.noneClosed} more={words.failures.noneClosedMore} />
        ) : (
          <VirtualList label={words.failures.closedList} list={list} rowHeight={108}>
            {(item) => (
              <Group wrap="nowrap" align="start" justify="space-between" py="sm" gap="md" style={{ borderBottom }}>
                <Stack gap={2} miw={0}>
                  <ItemRow item={item} />
                  <Text size="sm" c="dimmed">
                    {item.closedBy === 'engine' ? words.failures.closedBy.engine : words.failures.closedBy.person}
                    {item.closedAt && (
                      <>
                        {' '}
                        <Moment at={item.closedAt} />
                      </>
                    )}
                    {item.note && ` · ${item.note}`}
                  </Text>
                </Stack>
                {may(session, 'failure.work') && <Reopen item={item} />}
              </Group>
            )}
          </VirtualList>
        )
      }
    </Page>
  );
}
