import { Anchor, Group, Stack, Text, Timeline, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { Sentence } from '../../parts/Sentence.tsx';
import { SideDrawer } from '../../parts/SideDrawer.tsx';
import { words } from '../../words/index.ts';
import { DeliveryOptions } from './DeliveryOptions.tsx';
import { deliveryQuery, type DeliveryDetail } from './queries.ts';
import { StatusBadge } from './StatusBadge.tsx';

/** All of one message, beside the list that it stands in; its text is shown to nobody. */
export function DeliveryDrawer({ deliveryId, onClose }: { deliveryId: string; onClose: () => void }) {
  const query = useQuery(deliveryQuery(deliveryId));
  return (
    <SideDrawer title={words.messages.one} onClose={onClose}>
      {query.data ? (
        <Details delivery={query.data} />
      ) : query.error ? (
        <ProblemNotice error={query.error} again={() => void query.refetch()} />
      ) : (
        <Loading />
      )}
    </SideDrawer>
  );
}

function Details({ delivery }: { delivery: DeliveryDetail }) {
  const { from, to, status, sentence, externalId, segments, attempts, workflow, fallback } = delivery;
  return (
    <Stack gap="md">
      <div>
        <Group gap="xs">
          <StatusBadge status={status} />
          <Text>
            {words.messages.from} {from} · {words.messages.to} {to}
          </Text>
        </Group>
        {sentence && (
          <Text mt={4}>
            <Sentence>{sentence}</Sentence>
          </Text>
        )}
      </div>
      <DeliveryOptions key={status} delivery={delivery} />
      {fallback && (
        <section>
          <Title order={3} size="h5">
            {words.messages.fallback}
          </Title>
          <Text>
            {words.messages.fallbackWays[fallback.how]}
            {fallback.progress === 'pending' && ` (${words.messages.fallbackPending})`} · <Moment at={fallback.at} />
          </Text>
          {fallback.words && <Text c="dimmed">{fallback.words}</Text>}
        </section>
      )}
      <History history={delivery.history} />
      <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        {words.messages.parts}: {segments} · {words.messages.attempts}: {attempts}
        {externalId && ` · ${words.messages.providerId}: ${externalId}`} ·{' '}
        <Anchor href={workflow.url} underline="always">
          {words.messages.workflow}
        </Anchor>
      </Text>
    </Stack>
  );
}

function History({ history }: { history: DeliveryDetail['history'] }) {
  return (
    <section>
      <Title order={3} size="h5" mb="sm">
        {words.messages.history}
      </Title>
      <Timeline active={history.length - 1} bulletSize={14} lineWidth={2}>
        {history.map(({ status, at, source, errorCode }) => (
          <Timeline.Item key={`${at} ${status}`} title={words.messages.statuses[status]}>
            <Text size="sm" c="dimmed">
              <Moment at={at} /> · {words.messages.sources[source]}
              {errorCode && ` · ${words.messages.errorCode(errorCode)}`}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </section>
  );
}
