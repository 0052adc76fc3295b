import { Anchor, Card, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client.ts';
import { State } from '../../parts/State.tsx';
import { words } from '../../words/index.ts';
import { IncidentCard } from '../incidents/IncidentCard.tsx';
import { Part } from './Part.tsx';
import { TaskCard } from './TaskCard.tsx';

type Health = Schemas['Health'];

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
            {reasons[0]?.sentence ?? freshness.sentence}
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
export function Failures({ groups, hasMore }: { groups: Schemas['FailureGroup'][]; hasMore: boolean }) {
  const items = groups.reduce((sum, group) => sum + group.items, 0);
  return (
    <Part title={words.home.failures} count={items === 0 ? 0 : `${items}${hasMore ? '+' : ''}`}>
      {groups.map(({ connection, items: count, dead, newest }) => (
        <Card key={newest.id} withBorder component="article">
          <Text>{newest.sentence}</Text>
          <Text size="sm" c="dimmed">
            {connection.label} · {words.home.failuresOf(count)} · {dead > 0 ? words.home.needPerson(dead) : words.home.byItself}
          </Text>
        </Card>
      ))}
      <Group>
        <Anchor component={Link} to="/failures">
          {hasMore ? words.home.all : words.home.workOff}
        </Anchor>
      </Group>
    </Part>
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
