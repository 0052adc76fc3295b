import { Anchor, Badge, Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useAct } from '../../act.ts';
import { answerOf, api } from '../../api/client.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { SideDrawer } from '../../parts/SideDrawer.tsx';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { Actions } from './Actions.tsx';
import { WhatNext } from './Causes.tsx';
import { stateColours } from './ItemRow.tsx';
import { LastCalls } from './LastCalls.tsx';
import { isOpen, itemQuery, type Item } from './queries.ts';
import { WhatCame } from './WhatCame.tsx';

/** All of one item, beside the list that it stands in. */
export function OneItem({ itemId, onClose }: { itemId: string; onClose: () => void }) {
  const query = useQuery(itemQuery(itemId));
  const item = query.data;
  return (
    <SideDrawer title={words.failures.one.title} onClose={onClose}>
      {query.error && !item ? (
        <ProblemNotice error={query.error} again={() => void query.refetch()} />
      ) : item ? (
        <ItemDetails item={item} onClose={onClose} />
      ) : (
        <Loading />
      )}
    </SideDrawer>
  );
}

function ItemDetails({ item, onClose }: { item: Item; onClose: () => void }) {
  const session = useSession();
  const isWorker = may(session, 'failure.work');
  const target = { connectionId: item.connectionId, filter: { itemIds: [item.id] }, items: 1 };
  return (
    <Stack gap="md">
      <Text fw={600}>{item.sentence}</Text>
      {isOpen(item) && (
        <Text>
          <WhatNext group={{ nextAttemptAt: item.nextAttemptAt, newest: item }} />
        </Text>
      )}
      {isWorker && isOpen(item) && <Actions target={target} isMessage={item.kind === 'delivery'} onDone={onClose} />}
      {isWorker && !isOpen(item) && <Reopen item={item} />}
      <ItemFacts item={item} />
      <LastCalls connectionId={item.connectionId} />
      {item.eventId && isWorker && <WhatCame connectionId={item.connectionId} eventId={item.eventId} />}
    </Stack>
  );
}

function ItemFacts({ item }: { item: Item }) {
  const { one, kinds, codes } = words.failures;
  return (
    <Facts
      facts={[
        [
          one.state,
          <Badge key="state" variant="dot" tt="none" color={stateColours[item.state]}>
            {words.queueStates[item.state]}
          </Badge>,
        ],
        [one.kind, kinds[item.kind]],
        [one.what, codes[item.code]],
        [one.cause, item.cause],
        [one.object, item.object],
        [one.mapping, item.mappingVersion],
        [one.attempts, item.attempts],
        [words.failures.firstSeen, <Moment key="first" at={item.firstSeenAt} />],
        [words.failures.lastSeen, <Moment key="last" at={item.lastSeenAt} />],
        [words.failures.closed, item.closedAt && <Moment at={item.closedAt} />],
        [one.note, item.note],
        [
          one.connection,
          <Anchor
            key="connection"
            renderRoot={(props) => (
              <Link to="/connections/$connectionId" params={{ connectionId: item.connectionId }} {...props} />
            )}
          >
            {one.toConnection}
          </Anchor>,
        ],
        [
          one.workflow,
          <Anchor key="workflow" href={item.workflow.url} style={{ overflowWrap: 'anywhere' }}>
            {item.workflow.id}
          </Anchor>,
        ],
      ]}
    />
  );
}

/** Undoes a closing by a person. */
export function Reopen({ item: { id, closedBy, kind } }: { item: Item }) {
  const reopen = useAct(() => answerOf(api.POST('/v1/queue/{itemId}/reopen', { params: { path: { itemId: id } } })), {
    done: words.failures.reopened,
    rereads: 'queue',
  });
  if (closedBy === 'engine' || kind === 'push') return null;
  return (
    <Button variant="default" size="xs" loading={reopen.isPending} onClick={() => reopen.mutate()}>
      {words.failures.reopen}
    </Button>
  );
}
