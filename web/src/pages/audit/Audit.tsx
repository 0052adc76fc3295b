import { Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useCompany } from '../../company.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { platform, readEntries } from './chain.ts';
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
  const mayChoose = may(useSession(), 'platform.manage');
  const isPlatform = mayChoose && search.of === platform;
  const chain = isPlatform ? platform : companyId;
  const filter = filterOf(search);
  const actors = useActors(chain);
  const list = useList({
    queryKey: ['audit', chain, filter],
    read: async (cursor) => {
      const page = await readEntries(chain, { ...filter, limit: 50, ...(cursor && { cursor }) });
      return { ...page, items: page.items.map((entry) => ({ ...entry, id: String(entry.sequence) })) };
    },
  });
  const isFiltered = Object.keys(filter).length > 0;
  const chosen = list.items.find(({ id }) => id === opened);
  return (
    <Page title={words.audit.title} aside={mayChoose && <Whose isPlatform={isPlatform} />} of={list}>
      {() => (
        <Stack gap="md">
          {isPlatform && <Text c="dimmed">{words.audit.platformMore}</Text>}
          <Group align="start">
            <Verify key={chain} chain={chain} />
            <Export key={`export ${chain}`} chain={chain} from={filter.from} to={filter.to} />
          </Group>
          <Filters
            chain={chain}
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

/** The platform's people choose: the log of the company that is shown, or the platform's own. What was looked for was the other's. */
function Whose({ isPlatform }: { isPlatform: boolean }) {
  const navigate = useNavigate({ from: '/audit' });
  return (
    <SegmentedControl
      aria-label={words.audit.whose}
      value={isPlatform ? platform : 'company'}
      data={[
        { value: 'company', label: words.audit.ofCompany },
        { value: platform, label: words.audit.ofPlatform },
      ]}
      onChange={(of) => void navigate({ search: of === platform ? { of } : {} })}
    />
  );
}
