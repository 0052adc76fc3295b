import { Anchor, Group, Stack, Switch, Text } from '@mantine/core';
import {
  IconAdjustments,
  IconAlertTriangle,
  IconArrowsShuffle,
  IconBell,
  IconCommand,
  IconFlag,
  IconHandStop,
  IconKey,
  IconListCheck,
  IconRefresh,
  IconTool,
} from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api, type Schemas } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { words } from '../../words/index.ts';
import classes from './Connection.module.css';
import type { ConnectionDetail } from './queries.ts';

type Entry = Schemas['StoryEntry'];
const said = words.connection.story;

const icons = {
  setup: IconListCheck,
  state: IconFlag,
  command: IconCommand,
  run: IconRefresh,
  incident: IconBell,
  settings: IconAdjustments,
  mapping: IconArrowsShuffle,
  credentials: IconKey,
  value: IconHandStop,
  failure: IconAlertTriangle,
  upkeep: IconTool,
} satisfies Record<Entry['kind'], unknown>;

export function Story({ connection: { id: connectionId } }: { connection: ConnectionDetail }) {
  const { routine = false, tab } = useSearch({ from: '/signed-in/connections/$connectionId' });
  const navigate = useNavigate({ from: '/connections/$connectionId' });
  const list = useList({
    queryKey: ['connection', connectionId, 'story', routine],
    read: (cursor) =>
      answerOf(
        api.GET('/v1/connections/{connectionId}/story', {
          params: {
            path: { connectionId },
            query: { limit: 50, routine: routine ? 'true' : 'false', ...(cursor && { cursor }) },
          },
        }),
      ),
    everyMs: 10_000,
  });
  if (list.error && !list.data) return <ProblemNotice error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading />;
  return (
    <Stack gap="md">
      <Switch
        label={said.routine}
        checked={routine}
        onChange={({ currentTarget: { checked } }) =>
          void navigate({
            search: { ...(tab && { tab }), ...(checked && { routine: true as const }) },
            replace: true,
          })
        }
      />
      {list.items.length === 0 ? (
        <Empty title={said.empty} more={said.emptyMore} />
      ) : (
        <VirtualList label={said.label} list={list} rowHeight={64}>
          {(entry) => <StoryEntry entry={entry} />}
        </VirtualList>
      )}
    </Stack>
  );
}

function StoryEntry({ entry: { kind, sentence, reason, by, at, incidentId, runId, connectionId } }: { entry: Entry }) {
  const Icon = icons[kind];
  return (
    <div className={classes.entry}>
      <span className={classes.bullet}>
        <Icon size={16} aria-hidden />
      </span>
      <div>
        <p className={classes.told}>{sentence}</p>
        {reason && (
          <Text size="sm" className={classes.told}>
            {said.reason(reason)}
          </Text>
        )}
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            {by?.name ?? said.byItself} · <Moment at={at} />
          </Text>
          {incidentId && (
            <Anchor size="sm" renderRoot={(props) => <Link to="/incidents/$incidentId" params={{ incidentId }} {...props} />}>
              {said.incident}
            </Anchor>
          )}
          {runId && (
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link to="/connections/$connectionId" params={{ connectionId }} search={{ tab: 'runs' }} {...props} />
              )}
            >
              {said.runs}
            </Anchor>
          )}
        </Group>
      </div>
    </div>
  );
}
