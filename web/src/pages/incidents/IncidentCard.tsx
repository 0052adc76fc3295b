import { Anchor, Badge, Card, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Moment } from '../../parts/Moment.tsx';
import { words } from '../../words/index.ts';
import { Acknowledge } from './Acknowledge.tsx';
import { isOpen, type Incident } from './queries.ts';

export function IncidentCard({ incident }: { incident: Incident }) {
  const { id, sentence, openedAt, repeats, note } = incident;
  return (
    <Card withBorder component="article">
      <Group justify="space-between" align="start" wrap="nowrap">
        <Stack gap={4} miw={0}>
          <Group gap="xs">
            <IncidentState incident={incident} />
            <Text size="sm" c="dimmed">
              <Moment at={openedAt} /> · {words.incidents.repeats(repeats)}
            </Text>
          </Group>
          <Anchor
            renderRoot={(props) => <Link to="/incidents/$incidentId" params={{ incidentId: id }} {...props} />}
            fw={600}
            c="var(--mantine-color-text)"
          >
            {sentence}
          </Anchor>
          {note && (
            <Text size="sm" c="dimmed">
              {note}
            </Text>
          )}
        </Stack>
        <Acknowledge incident={incident} size="xs" />
      </Group>
    </Card>
  );
}

/** Red while nobody has answered, calm once somebody has. */
export function IncidentState({ incident }: { incident: Pick<Incident, 'state' | 'closedAt'> }) {
  const { state } = incident;
  const isWaiting = state === 'open' || state === 'unanswered';
  return (
    <Badge variant="dot" tt="none" color={!isOpen(incident) ? 'gray' : isWaiting ? 'red' : 'orange'}>
      {words.incidentStates[state]}
    </Badge>
  );
}
