import { Anchor, Select, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Empty } from '../../parts/Empty.tsx';
import { Page } from '../../parts/Page.tsx';
import { TabNames } from '../../parts/TabNames.tsx';
import { words } from '../../words/index.ts';
import { MappingEditor } from './MappingEditor.tsx';
import { connectionQuery, mappingsQuery, type MappingKey } from './queries.ts';
import { Rows } from './Rows.tsx';
import { Stages } from './Stages.tsx';
import { Versions } from './Versions.tsx';

const text = words.mappings;
type Tab = keyof typeof text.tabs;

/** The mappings of one connection; which one and which part of it stand in the address. */
export function Mapping() {
  const { connectionId } = useParams({ from: '/signed-in/connections/$connectionId/mapping' });
  const { object, direction, tab } = useSearch({ from: '/signed-in/connections/$connectionId/mapping' });
  const navigate = useNavigate({ from: '/connections/$connectionId/mapping' });
  const query = useQuery(mappingsQuery(connectionId));
  const connection = useQuery(connectionQuery(connectionId));
  const choices: MappingKey[] = query.data
    ? [
        ...query.data.reads.map((each) => ({ connectionId, object: each.object, direction: 'in' as const })),
        ...query.data.writes.map((each) => ({ connectionId, object: each.object, direction: 'out' as const })),
      ]
    : [];
  const chosen =
    choices.find((each) => nameOf(each) === nameOf({ object: object ?? '', direction: direction ?? 'in' })) ?? choices[0];

  return (
    <Page
      title={text.title}
      of={query}
      aside={
        <Anchor renderRoot={(props) => <Link to="/connections/$connectionId" params={{ connectionId }} {...props} />}>
          {connection.data?.label ?? text.back}
        </Anchor>
      }
    >
      {() =>
        chosen === undefined ? (
          <Empty title={text.none} more={text.noneMore} />
        ) : (
          <>
            <Text c="dimmed">{text.intro}</Text>
            <Select
              label={text.which}
              data={choices.map((each) => ({ value: nameOf(each), label: labelOf(each) }))}
              value={nameOf(chosen)}
              onChange={(name) => {
                const next = choices.find((each) => nameOf(each) === name);
                if (next)
                  void navigate({ search: { object: next.object, ...(next.direction === 'out' && { direction: 'out' }) } });
              }}
              allowDeselect={false}
              w={360}
              maw="100%"
            />
            <Parts of={chosen} tab={tab} onTab={(next) => void navigate({ search: (before) => ({ ...before, tab: next }) })} />
          </>
        )
      }
    </Page>
  );
}

const nameOf = ({ object, direction }: Pick<MappingKey, 'object' | 'direction'>) => `${object}:${direction}`;

function labelOf({ object, direction }: MappingKey): string {
  const what = text.objects[object] ?? object;
  return direction === 'in' ? text.read(what) : text.written(what);
}

function Parts({ of, tab, onTab }: { of: MappingKey; tab: string | undefined; onTab: (tab: string) => void }) {
  const isRead = of.direction === 'in';
  const tabs: Tab[] = [
    'edit',
    'versions',
    ...(isRead ? ['rows' as const] : []),
    ...(isRead && of.object === 'deal' ? ['stages' as const] : []),
  ];
  return (
    <Tabs
      value={tabs.find((each) => each === tab) ?? 'edit'}
      onChange={(next) => next && onTab(next)}
      keepMounted={false}
      // What was typed stays while another tab is looked at, and so does the question on leaving.
      keepMountedMode="display-none"
    >
      <TabNames names={tabs} words={text.tabs} />
      <Tabs.Panel value="edit" keepMounted>
        <MappingEditor {...of} />
      </Tabs.Panel>
      <Tabs.Panel value="versions">
        <Versions of={of} />
      </Tabs.Panel>
      <Tabs.Panel value="rows">
        <Rows of={of} />
      </Tabs.Panel>
      <Tabs.Panel value="stages">
        <Stages connectionId={of.connectionId} />
      </Tabs.Panel>
    </Tabs>
  );
}
