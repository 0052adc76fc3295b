import { Anchor, Card, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client.ts';
import { Sentence } from '../../parts/Sentence.tsx';
import { State } from '../../parts/State.tsx';
import { words } from '../../words/index.ts';
import { IncidentCard } from '../incidents/IncidentCard.tsx';
import { WhatNext } from '../failures/Causes.tsx';
import { alikeSearch } from '../failures/queries.ts';
import { Part } from './Part.tsx';
import { TaskCard } from './TaskCard.tsx';

type Health = Schemas['Health'];
type FailureGroup = Schemas['FailureGroup'];

export const needsAttention = ({ verdict }: Health) => verdict === 'at_risk' || verdict === 'failing';

export function Attention({ connections }: { connections: Health[] }) {
  return (
    <Part title={words.home.attention} count={connections.length}>
      {connections.map(({ connectionId, label, state, reasons, freshness, nextAction }) => (
        <Card key={connectionId} withBorder component="article">
          <Group justify="space-between">
            <Anchor
              fw={600}
              renderRoot={(props) => <Link to="/connections/$connectionId" params={{ connectionId }} {...props} />}
            >
              {label}
            </Anchor>
            <State state={state} />
          </Group>
          <Text size="sm" mt={4}>
            <Sentence>{reasons[0]?.sentence ?? freshness.sentence ?? ''}</Sentence>
          </Text>
          <Text size="sm" c="dimmed">
            {reasons[0]?.todo ?? nextAction}
          </Text>
        </Card>
      ))}
    </Part>
  );
}

export function Incidents({ incidents }: { incidents: Schemas['Escalation'][] }) {
  return (
    <Part title={words.home.incidents} count={incidents.length}>
      {incidents.map((incident) => (
        <IncidentCard key={incident.id} incident={incident} />
      ))}
    </Part>
  );
}

/** By cause, with counts; they are worked off on their own page. */
export function Failures({ groups, hasMore }: { groups: FailureGroup[]; hasMore: boolean }) {
  const items = groups.reduce((sum, group) => sum + group.items, 0);
  return (
    <Part title={words.home.failures} count={items === 0 ? 0 : `${items}${hasMore ? '+' : ''}`}>
      {groups.map((group) => (
        <Cause key={group.newest.id} group={group} />
      ))}
      <Group>
        <Anchor component={Link} to="/failures">
          {hasMore ? words.home.all : words.home.workOff}
        </Anchor>
      </Group>
    </Part>
  );
}

function Cause({ group }: { group: FailureGroup }) {
  const { connection, items, dead, newest } = group;
  return (
    <Card withBorder component="article">
      <Anchor
        fw={600}
        c="var(--mantine-color-text)"
        renderRoot={(props) => <Link to="/failures" search={alikeSearch(group)} {...props} />}
      >
        {newest.sentence}
      </Anchor>
      <Text size="sm" c="dimmed">
        {connection.label} · {words.home.failuresOf(items)}
        {dead > 0 && ` · ${words.home.needPerson(dead)}`}
      </Text>
      <Text size="sm">
        <WhatNext group={group} />
      </Text>
    </Card>
  );
}

export function Tasks({ tasks }: { tasks: Schemas['Task'][] }) {
  return (
    <Part title={words.home.tasks} count={tasks.length}>
      {tasks.map((task) => (
        <TaskCard key={task.id} task={task} />
      ))}
    </Part>
  );
}
