import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCompany } from '../../company.ts';
import { Page } from '../../parts/Page.tsx';
import { TabNames } from '../../parts/TabNames.tsx';
import { may, useSession } from '../../session.ts';
import { without } from '../../without.ts';
import { words } from '../../words/index.ts';
import { Anomalies } from './Anomalies.tsx';
import { Companies } from './Companies.tsx';
import { Connections } from './Connections.tsx';
import { Providers } from './Providers.tsx';
import { rollUpQuery } from './queries.ts';

const tabs = ['connections', 'providers', 'anomalies', 'companies'] as const;
type Tab = (typeof tabs)[number];
const isTab = (text: string | undefined): text is Tab => tabs.includes(text as Tab);

export function Health() {
  const { companyId } = useCompany();
  const search = useSearch({ from: '/signed-in/health' });
  const navigate = useNavigate({ from: '/health' });
  const session = useSession();
  const { data: rolled } = useQuery({
    ...rollUpQuery(companyId),
    enabled: may(session, 'company.rollup'),
  });
  // A company that stands alone has nothing to add up.
  const isFranchise = rolled?.items.some(({ total }) => total > 1) ?? false;
  const shown = tabs.filter((tab) => tab !== 'companies' || isFranchise || search.tab === tab);
  const tab = isTab(search.tab) ? search.tab : 'connections';
  return (
    <Page title={words.health.title}>
      {() => (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(chosen) =>
            void navigate({
              search: (before) => (chosen && chosen !== 'connections' ? { ...before, tab: chosen } : without(before, 'tab')),
            })
          }
        >
          <TabNames names={shown} words={words.health.tabs} />
          <Tabs.Panel value="connections">
            <Connections companyId={companyId} />
          </Tabs.Panel>
          <Tabs.Panel value="providers">
            <Providers companyId={companyId} />
          </Tabs.Panel>
          <Tabs.Panel value="anomalies">
            <Anomalies companyId={companyId} />
          </Tabs.Panel>
          <Tabs.Panel value="companies">
            <Companies companyId={companyId} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}
