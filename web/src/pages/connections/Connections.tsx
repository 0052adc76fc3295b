import { Box, Button, Group, Stack, Text } from '@mantine/core';
import { Link, useSearch } from '@tanstack/react-router';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { useCompany } from '../../company.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { ConnectionRow, RowHeads } from './ConnectionRow.tsx';
import { Filters } from './Filters.tsx';

type State = Schemas['Connection']['state'];
const isState = (text: string | undefined): text is State => text !== undefined && Object.hasOwn(words.states, text);

const pageSize = 50;
const daysShown = 7;

export function Connections() {
  const { companyId } = useCompany();
  const search = useSearch({ from: '/signed-in/connections' });
  const filter = {
    ...(search.q && { q: search.q }),
    ...(isState(search.state) && { state: search.state }),
    ...(search.provider && { provider: search.provider }),
  };
  const list = useList({
    queryKey: ['connections', companyId, filter],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/connections', {
          params: {
            path: { companyId },
            query: { ...filter, limit: pageSize, days: daysShown, ...(cursor && { cursor }) },
          },
        }),
      ),
  });
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <Page title={words.connections.title} aside={<ConnectButton />} of={list}>
      {() =>
        list.items.length === 0 && !isFiltered ? (
          <Empty title={words.connections.empty} more={words.connections.emptyMore} />
        ) : (
          <Stack gap="md">
            <Filters filter={filter} />
            <Text component="output" size="sm" c="dimmed">
              {list.isPlaceholderData
                ? words.connections.searching
                : words.connections.shown(list.items.length, list.hasNextPage, isFiltered)}
            </Text>
            {list.items.length > 0 && (
              <Box opacity={list.isPlaceholderData ? 0.6 : 1}>
                <RowHeads />
                <VirtualList label={words.connections.title} list={list} rowHeight={73}>
                  {(connection) => <ConnectionRow connection={connection} />}
                </VirtualList>
              </Box>
            )}
          </Stack>
        )
      }
    </Page>
  );
}

function ConnectButton() {
  const session = useSession();
  if (!may(session, 'connection.create')) return null;
  return (
    <Group>
      <Button component={Link} to="/connect">
        {words.connections.connect}
      </Button>
    </Group>
  );
}
