import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCompany } from '../../company.ts';
import { Page } from '../../parts/Page.tsx';
import { TabNames } from '../../parts/TabNames.tsx';
import { words } from '../../words/index.ts';
import { Deliveries } from './Deliveries.tsx';
import { OptOuts } from './OptOuts.tsx';
import { Templates } from './Templates.tsx';

const tabs = { templates: Templates, deliveries: Deliveries, 'opt-outs': OptOuts };
type Tab = keyof typeof tabs;
const names = Object.keys(tabs) as Tab[];

/** What is looked at, and by what it is filtered, stands in the address. */
export function Messages() {
  const { companyId } = useCompany();
  const { tab } = useSearch({ from: '/signed-in/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const shown = names.find((name) => name === tab) ?? 'templates';
  const Shown = tabs[shown];
  return (
    <Page title={words.messages.title}>
      {() => (
        <Tabs value={shown} onChange={(name) => void navigate({ search: { tab: name! } })} keepMounted={false}>
          <TabNames names={names} words={words.messages.tabs} />
          <Tabs.Panel value={shown}>
            <Shown companyId={companyId} />
          </Tabs.Panel>
        </Tabs>
      )}
    </Page>
  );
}
