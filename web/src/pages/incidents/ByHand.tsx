import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useAct } from '../../act.ts';
import { answerOf, api } from '../../api/client.ts';
import { Moment } from '../../parts/Moment.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { connectionQuery } from '../connection/queries.ts';
import { days } from '../portal/said.ts';
import { ByHandForm } from './ByHandForm.tsx';
import { isOpen, manualValuesQuery, type IncidentDetail } from './queries.ts';

const { byHand, metrics } = words.incidents;

/** Values that stand in the source's place, entered and handed back here. */
export function ByHand({ incident }: { incident: IncidentDetail }) {
  const session = useSession();
  const { connectionId } = incident;
  const [isEntering, setEntering] = useState(false);
  const { data: connection } = useQuery(connectionQuery(connectionId));
  const { data } = useQuery(manualValuesQuery(connectionId));
  const standing = data?.items ?? [];
  const isShown = standing.some((value) => value.standing === 'shown');
  const mayEnter = may(session, 'connection.manual_value');
  const handBack = useAct(
    () =>
      answerOf(
        api.POST('/v1/connections/{connectionId}/manual-values/hand-back', { params: { path: { connectionId } }, body: {} }),
      ),
    { done: byHand.handedBack, rereads: 'incidents' },
  );
  return (
    <Stack gap="sm" component="section" aria-labelledby="by-hand">
      <Title order={2} size="h4" id="by-hand">
        {byHand.title}
      </Title>
      <Text size="sm" c="dimmed">
        {byHand.why}
      </Text>
      {standing.length === 0 && <Text>{byHand.none}</Text>}
      {standing.map(({ id, metricKey, value, periodStart, periodEnd, reason, expiresAt, standing: how }) => (
        <Paper key={id} withBorder p="sm">
          <Text fw={600}>{byHand.standing(value, metrics[metricKey])}</Text>
          <Text size="sm">
            {byHand.of(days(periodStart, periodEnd))} · {reason}
          </Text>
          <Text size="sm" c="dimmed">
            {how === 'ended' ? byHand.ended : byHand.ends} {expiresAt && <Moment at={expiresAt} />}
          </Text>
        </Paper>
      ))}
      {mayEnter && (
        <Group gap="xs">
          {isOpen(incident) && !isEntering && (
            <Button size="sm" variant="default" onClick={() => setEntering(true)}>
              {byHand.enter}
            </Button>
          )}
          {isShown && (
            <Button size="sm" variant="default" loading={handBack.isPending} onClick={() => handBack.mutate()}>
              {byHand.handBack}
            </Button>
          )}
        </Group>
      )}
      {mayEnter && isShown && (
        <Text size="sm" c="dimmed">
          {byHand.handBackHint}
        </Text>
      )}
      {isEntering && connection && (
        <Paper withBorder p="md">
          <ByHandForm connectionId={connectionId} providerKey={connection.provider.key} onClose={() => setEntering(false)} />
        </Paper>
      )}
    </Stack>
  );
}
