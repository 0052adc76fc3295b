import { Anchor, Badge, Card, Group, List, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Sentence } from '../../parts/Sentence.tsx';
import { State } from '../../parts/State.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { words } from '../../words/index.ts';
import type { Health } from './queries.ts';
import { Shown } from './Shown.tsx';

const colours: Record<Health['verdict'], string> = { healthy: 'green', at_risk: 'orange', failing: 'red', idle: 'gray' };

/** How each connection is now, in figures, and why when it is not well. */
export function Connections({ companyId }: { companyId: string }) {
  const list = useList({
    queryKey: ['health', companyId, 'list'],
    read: async (cursor) => {
      const { items, nextCursor } = await answerOf(
        api.GET('/v1/companies/{companyId}/health', {
          params: { path: { companyId }, query: { limit: 50, ...(cursor && { cursor }) } },
        }),
      );
      return { items: items.map((health) => ({ id: health.connectionId, health })), nextCursor };
    },
  });
  return (
    <Shown of={[list]}>
      {() =>
        list.items.length === 0 ? (
          <Empty title={words.health.empty} more={words.health.emptyMore} />
        ) : (
          <VirtualList label={words.health.list} list={list} rowHeight={230}>
            {({ health }) => <ConnectionHealth health={health} />}
          </VirtualList>
        )
      }
    </Shown>
  );
}

function ConnectionHealth({ health }: { health: Health }) {
  const { connectionId, label, state, verdict, reasons } = health;
  return (
    <Card withBorder component="article" mb="sm">
      <Stack gap="sm">
        <Group justify="space-between" gap="xs">
          <Anchor fw={600} renderRoot={(props) => <Link to="/connections/$connectionId" params={{ connectionId }} {...props} />}>
            {label}
          </Anchor>
          <Group gap="xs">
            <State state={state} />
            <Badge variant="dot" tt="none" color={colours[verdict]}>
              {words.health.verdicts[verdict]}
            </Badge>
          </Group>
        </Group>
        {reasons.length > 0 && (
          <List spacing={6} aria-label={words.health.reasons}>
            {reasons.map(({ sign, sentence, todo }) => (
              <List.Item key={`${sign} ${sentence}`}>
                <Sentence>{sentence}</Sentence>
                <Text size="sm" c="dimmed">
                  {todo}
                </Text>
              </List.Item>
            ))}
          </List>
        )}
        <Figures health={health} />
      </Stack>
    </Card>
  );
}

function Figures({ health: { lastSuccessAt, runs, check, queue, eventsWaitingSince, headroom } }: { health: Health }) {
  const { lag, never, latency, ms, queued, events, ...said } = words.health;
  return (
    <Facts
      facts={[
        [lag, lastSuccessAt ? <Moment at={lastSuccessAt} /> : never],
        [said.runs, said.ran(runs.succeeded, runs.failed)],
        [latency, check && check.latencyMs !== null ? ms(check.latencyMs) : null],
        [said.queue, queued(queue.open, queue.dead)],
        [events, eventsWaitingSince && <Moment at={eventsWaitingSince} />],
        [said.headroom, headroom?.sentence],
      ]}
    />
  );
}
