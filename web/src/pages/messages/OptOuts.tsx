import { Badge, Group, Select, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { words } from '../../words/index.ts';
import { useSenders } from './queries.ts';

/** Whoever opts out does so towards one sender's connection, so one is looked at. */
export function OptOuts({ companyId }: { companyId: string }) {
  const { connection } = useSearch({ from: '/signed-in/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const { senders, isPending, error } = useSenders(companyId);
  if (error) return <ProblemNotice error={error} />;
  if (isPending) return <Loading />;
  const chosen = senders.find(({ id }) => id === connection) ?? senders[0];
  if (!chosen) return <Empty title={words.messages.noSender} more={words.messages.noSenderMore} />;
  return (
    <Stack gap="md">
      <Text c="dimmed">{words.messages.optOutsMore}</Text>
      <Group>
        <Select
          label={words.messages.connection}
          data={senders.map(({ id, label }) => ({ value: id, label }))}
          value={chosen.id}
          onChange={(id) => void navigate({ search: { tab: 'opt-outs', connection: id! }, replace: true })}
          allowDeselect={false}
        />
      </Group>
      <Words key={chosen.id} connectionId={chosen.id} />
    </Stack>
  );
}

function Words({ connectionId }: { connectionId: string }) {
  const list = useList({
    queryKey: ['opt-outs', connectionId],
    read: async (cursor) => {
      const page = await answerOf(
        api.GET('/v1/connections/{connectionId}/opt-outs', {
          params: { path: { connectionId }, query: { limit: 50, ...(cursor && { cursor }) } },
        }),
      );
      // Two numbers may look alike with their digits hidden: a word's place in the list tells it from others.
      return { ...page, items: page.items.map((word, place) => ({ ...word, id: `${cursor ?? ''} ${place}` })) };
    },
  });
  if (list.error && !list.data) return <ProblemNotice error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading />;
  if (list.items.length === 0) return <Empty title={words.messages.noOptOut} more={words.messages.noOptOutMore} />;
  return (
    <VirtualList label={words.messages.tabs['opt-outs']} list={list} rowHeight={49}>
      {({ address, state, source, at }) => (
        <Group py="sm" gap="md" style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}>
          <Text w={120}>{address}</Text>
          <Badge variant="dot" tt="none" color={state === 'out' ? 'red' : 'green'}>
            {words.messages.optStates[state]}
          </Badge>
          <Text size="sm" c="dimmed">
            <Moment at={at} /> · {words.messages.optSources(source)}
          </Text>
        </Group>
      )}
    </VirtualList>
  );
}
