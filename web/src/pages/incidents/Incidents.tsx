import { Box, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { useCompany } from '../../company.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { without } from '../../without.ts';
import { words } from '../../words/index.ts';
import { IncidentCard } from './IncidentCard.tsx';

/** What is open first; what is over, and of which connection, stands in the address. */
export function Incidents() {
  const { companyId } = useCompany();
  const { show, connection } = useSearch({ from: '/signed-in/incidents' });
  const navigate = useNavigate({ from: '/incidents' });
  const isClosed = show === 'closed';
  const list = useList({
    queryKey: ['incidents', companyId, 'list', { isClosed, connection }],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/escalations', {
          params: {
            path: { companyId },
            query: {
              limit: 50,
              open: isClosed ? 'false' : 'true',
              ...(connection && { connectionId: connection }),
              ...(cursor && { cursor }),
            },
          },
        }),
      ),
    everyMs: 10_000,
  });
  const choice = (
    <SegmentedControl
      aria-label={words.incidents.title}
      value={isClosed ? 'closed' : 'open'}
      data={[
        { value: 'open', label: words.incidents.open },
        { value: 'closed', label: words.incidents.closed },
      ]}
      onChange={(chosen) =>
        void navigate({ search: (before) => (chosen === 'closed' ? { ...before, show: 'closed' } : without(before, 'show')) })
      }
    />
  );
  return (
    <Page title={words.incidents.title} aside={choice} of={list}>
      {() => (
        <Stack gap="sm">
          {connection && (
            <Group gap="xs">
              <Text size="sm">{words.incidents.onlyOf}</Text>
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => void navigate({ search: (before) => without(before, 'connection') })}
              >
                {words.incidents.ofAll}
              </Button>
            </Group>
          )}
          {list.items.length > 0 ? (
            <VirtualList label={words.incidents.list[isClosed ? 'closed' : 'open']} list={list} rowHeight={116}>
              {(incident) => (
                <Box pb="sm">
                  <IncidentCard incident={incident} />
                </Box>
              )}
            </VirtualList>
          ) : isClosed ? (
            <Empty title={words.incidents.noneClosed} more={words.incidents.noneClosedMore} />
          ) : (
            <Empty title={words.incidents.empty} more={words.incidents.emptyMore} />
          )}
        </Stack>
      )}
    </Page>
  );
}
