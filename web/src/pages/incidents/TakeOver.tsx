import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useAct } from '../../act.ts';
import { answerOf, api } from '../../api/client.ts';
import { Confirm } from '../../parts/Confirm.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import type { IncidentDetail } from './queries.ts';
import { nameIn } from './story.ts';

const said = words.incidents;

/** Nobody's is taken at once; what another person sees to, at the second word. */
export function TakeOver({ incident }: { incident: IncidentDetail }) {
  const session = useSession();
  const [isAsked, setAsked] = useState(false);
  const { id: incidentId, takenOverBy } = incident;
  const takeOver = useAct(
    async () => {
      await answerOf(api.POST('/v1/escalations/{incidentId}/take-over', { params: { path: { incidentId } } }));
      setAsked(false);
    },
    { done: said.takenOver, rereads: 'incidents' },
  );
  if (takenOverBy === null)
    return (
      <Button size="sm" variant="default" loading={takeOver.isPending} onClick={() => takeOver.mutate()}>
        {said.takeOver}
      </Button>
    );
  if (takenOverBy === session.user?.id) return null;
  const name = nameIn(incident, takenOverBy);
  return (
    <>
      <Button size="sm" variant="default" onClick={() => setAsked(true)}>
        {said.takeFrom(name)}
      </Button>
      <Confirm
        opened={isAsked}
        title={said.takeFrom(name)}
        isPending={takeOver.isPending}
        onConfirm={() => takeOver.mutate()}
        onClose={() => setAsked(false)}
      >
        {said.takeFromHint} {said.takeFromFirst(name)}
      </Confirm>
    </>
  );
}

export function InWhoseHands({ incident }: { incident: IncidentDetail }) {
  const session = useSession();
  const { takenOverBy, takenOverAt } = incident;
  if (takenOverBy === null || takenOverAt === null) return null;
  return (
    <Text fw={600}>
      {takenOverBy === session.user?.id ? said.inYourHands : said.inHandsOf(nameIn(incident, takenOverBy))}{' '}
      <Moment at={takenOverAt} isDated />
    </Text>
  );
}
