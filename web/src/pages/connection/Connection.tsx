import { Anchor, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Page } from '../../parts/Page.tsx';
import { TabNames } from '../../parts/TabNames.tsx';
import { may, useSession, type Session } from '../../session.ts';
import { words } from '../../words/index.ts';
import { Commands } from './Commands.tsx';
import { Credentials } from './Credentials.tsx';
import { Header } from './Header.tsx';
import { Mappings } from './Mappings.tsx';
import { connectionQuery, type ConnectionDetail } from './queries.ts';
import { Runs } from './Runs.tsx';
import { Settings } from './settings/Settings.tsx';
import { Story } from './Story.tsx';

type Name = keyof typeof words.connection.tabs;
interface Tab {
  name: Name;
  isShown(connection: ConnectionDetail, session: Session): boolean;
  Content: (props: { connection: ConnectionDetail }) => ReactNode;
}
const always = () => true;
const tabs: Tab[] = [
  { name: 'story', isShown: always, Content: Story },
  { name: 'runs', isShown: (_, session) => may(session, 'run.read'), Content: Runs },
  { name: 'commands', isShown: ({ commands }) => commands.length > 0, Content: Commands },
  { name: 'settings', isShown: (_, session) => may(session, 'connection.settings'), Content: Settings },
  { name: 'mappings', isShown: (_, session) => may(session, 'mapping.read'), Content: Mappings },
  { name: 'credentials', isShown: always, Content: Credentials },
];

/** One connection. Which of its tabs is shown stands in the address. */
export function Connection() {
  const { connectionId } = useParams({ from: '/signed-in/connections/$connectionId' });
  const query = useQuery(connectionQuery(connectionId));
  const { data } = query;
  return (
    <Page
      title={data?.label ?? words.connection.title}
      aside={<Anchor renderRoot={(props) => <Link to="/connections" {...props} />}>{words.connection.back}</Anchor>}
      of={query}
    >
      {() => (
        <>
          <Header connection={data!} />
          <Tabbed connection={data!} />
        </>
      )}
    </Page>
  );
}

function Tabbed({ connection }: { connection: ConnectionDetail }) {
  const session = useSession();
  const { tab } = useSearch({ from: '/signed-in/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const shown = tabs.filter(({ isShown }) => isShown(connection, session));
  const { name, Content } = shown.find((each) => each.name === tab) ?? shown[0]!;
  return (
    <Tabs value={name} onChange={(value) => void navigate({ search: { tab: value ?? 'story' } })} keepMounted={false}>
      <TabNames names={shown.map((each) => each.name)} words={words.connection.tabs} label={words.connection.parts} />
      <Tabs.Panel value={name}>
        <Content connection={connection} />
      </Tabs.Panel>
    </Tabs>
  );
}
