import { Button } from '@mantine/core';
import { useAct } from '../../act.ts';
import { answerOf, api } from '../../api/client.ts';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import type { Incident } from './queries.ts';

/** As long as nobody has answered. */
export function Acknowledge({ incident: { id, state }, size }: { incident: Pick<Incident, 'id' | 'state'>; size: 'xs' | 'sm' }) {
  const session = useSession();
  const acknowledge = useAct(
    () => answerOf(api.POST('/v1/escalations/{incidentId}/acknowledge', { params: { path: { incidentId: id } } })),
    { done: words.incidents.acknowledged, rereads: 'incidents' },
  );
  if ((state !== 'open' && state !== 'unanswered') || !may(session, 'escalation.answer')) return null;
  return (
    <Button size={size} loading={acknowledge.isPending} onClick={() => acknowledge.mutate()}>
      {words.incidents.acknowledge}
    </Button>
  );
}
