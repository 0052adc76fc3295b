import { Group, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../../api/client.ts';
import { useCompany } from '../../company.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { words } from '../../words/index.ts';
import { EntryDrawer } from './EntryDrawer.tsx';
import { EntryRow } from './EntryRow.tsx';
import { Export } from './Export.tsx';
import { filterOf, Filters } from './Filters.tsx';
import { useActors } from './use-actors.ts';
import { Verify } from './Verify.tsx';

/** Who did what and when; what is looked for stands in the address. */
export function Audit() {
  const { companyId } = useCompany();
  const search = useSearch({ from: '/signed-in/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const [opened, setOpened] = useState<string | null>(null);
  const filter = filterOf(search);
  const actors = useActors(companyId);
  const list = useList({
    queryKey: ['audit', companyId, filter],
    read: async (cursor) => {
      const page = await answerOf(
        api.GET('/v1/companies/{companyId}/audit', {
          params: { path: { companyId }, query: { ...filter, limit: 50, ...(cursor && { cursor }) } },
        }),
      );
      return { ...page, items: page.items.map((entry) => ({ ...entry, id: String(entry.sequence) })) };
    },
  });
  const isFiltered = Object.keys(filter).length > 0;
  const chosen = list.items.find(({ id }) => id === opened);
  return (
    <Page title={words.audit.title} of={list}>
      {() => (
        <Stack gap="md">
          <Group align="start">
            <Verify key={companyId} companyId={companyId} />
            <Export key={`export ${companyId}`} companyId={companyId} from={filter.from} to={filter.to} />
          </Group>
          <Filters
            companyId={companyId}
            search={search}
            actors={actors}
            onSearch={(changes) => void navigate({ search: (before) => ({ ...before, ...changes }), replace: true })}
          />
          {list.items.length === 0 && isFiltered && <Text>{words.audit.noneFound}</Text>}
          {list.items.length === 0 && !isFiltered && <Empty title={words.audit.empty} more={words.audit.emptyMore} />}
          {list.items.length > 0 && (
            <VirtualList label={words.audit.title} list={list} rowHeight={74}>
              {(entry) => <EntryRow entry={entry} nameOf={actors.nameOf} onOpen={() => setOpened(entry.id)} />}
            </VirtualList>
          )}
          {chosen && <EntryDrawer entry={chosen} nameOf={actors.nameOf} onClose={() => setOpened(null)} />}
        </Stack>
      )}
    </Page>
  );
}
