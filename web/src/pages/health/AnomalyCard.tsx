import { Anchor, Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Moment } from '../../parts/Moment.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { DecideForm } from './DecideForm.tsx';
import type { Anomaly } from './queries.ts';

const said = words.health.anomalies;

export function AnomalyCard({ anomaly }: { anomaly: Anomaly }) {
  const session = useSession();
  const [asked, setAsked] = useState<'confirmed' | 'dismissed' | null>(null);
  const { connectionId, measure, sentence, repeats, firstAt, lastAt, decision, reason, endedAt, endedAs } = anomaly;
  const standing = decision === null ? null : said[decision];
  return (
    <Card withBorder component="article" mb="sm">
      <Stack gap="xs">
        <Group gap="xs">
          <Badge variant="dot" tt="none" color={endedAt ? 'gray' : decision === 'confirmed' ? 'red' : 'orange'}>
            {said.measures[measure]}
          </Badge>
          <Text size="sm" c="dimmed">
            {said.first} <Moment at={firstAt} />, {said.repeats(repeats)} · {said.last} <Moment at={lastAt} />
          </Text>
        </Group>
        <Text fw={600}>{sentence}</Text>
        {standing && (
          <Text size="sm">
            {standing}
            {reason && `: ${reason}`}
          </Text>
        )}
        {endedAs && (
          <Text size="sm" c="dimmed">
            {said.ended[endedAs]}
          </Text>
        )}
        <Group gap="xs">
          {decision === null && may(session, 'anomaly.decide') && (
            <>
              <Button size="xs" variant="default" onClick={() => setAsked('confirmed')}>
                {said.confirm}
              </Button>
              <Button size="xs" variant="default" onClick={() => setAsked('dismissed')}>
                {said.dismiss}
              </Button>
            </>
          )}
          <Anchor size="sm" renderRoot={(props) => <Link to="/connections/$connectionId" params={{ connectionId }} {...props} />}>
            {said.toConnection}
          </Anchor>
        </Group>
      </Stack>
      {asked && <DecideForm anomalyId={anomaly.id} decision={asked} onClose={() => setAsked(null)} />}
    </Card>
  );
}
