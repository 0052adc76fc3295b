import { Button, Group, SegmentedControl, Stack, Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCompany } from '../../company.ts';
import { Page } from '../../parts/Page.tsx';
import { TabNames } from '../../parts/TabNames.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { Notes } from './Notes.tsx';
import { ReportList } from './ReportList.tsx';

const tabs = { reports: ReportList, notes: Notes };
type Tab = keyof typeof tabs;
const names = Object.keys(tabs) as Tab[];
const shows = ['draft', 'published', 'all'] as const;
export type Show = (typeof shows)[number];

/** What is made for the client and what they see of it; which of it is looked at stands in the address. */
export function Reports() {
  const { companyId } = useCompany();
  const { tab, show } = useSearch({ from: '/signed-in/reports' });
  const navigate = useNavigate({ from: '/reports' });
  const mayWrite = may(useSession(), 'portal.write');
  const shown = names.find((name) => name === tab) ?? 'reports';
  const which = shows.find((name) => name === show) ?? 'all';
  const List = tabs[shown];
  return (
    <Page title={words.reports.title}>
      {() => (
        <Tabs value={shown} onChange={(name) => void navigate({ search: { tab: name! } })} keepMounted={false}>
          <TabNames names={names} words={words.reports.tabs} />
          <Tabs.Panel value={shown}>
            <Stack gap="md">
              <Group justify="space-between">
                <SegmentedControl
                  aria-label={words.reports.show}
                  value={which}
                  data={shows.map((value) => ({ value, label: words.reports.shows[value] }))}
                  onChange={(value) => void navigate({ search: { tab: shown, show: value }, replace: true })}
                />
                {shown === 'notes' && mayWrite && (
                  <Button onClick={() => void navigate({ search: (before) => ({ ...before, note: 'new' }) })}>
                    {words.reports.newNote}
                  </Button>
                )}
              </Group>
              <List companyId={companyId} show={which} />
            </Stack>
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}
