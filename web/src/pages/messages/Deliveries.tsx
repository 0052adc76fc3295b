import { Badge, Button, Group, Select, SimpleGrid, Stack, Text } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { answerOf, api } from '../../api/client.ts';
import { useList } from '../../list.ts';
import { Empty } from '../../parts/Empty.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { Loading } from '../../parts/Page.tsx';
import { ProblemNotice } from '../../parts/Problem.tsx';
import { Sentence } from '../../parts/Sentence.tsx';
import { VirtualList } from '../../parts/VirtualList.tsx';
import { words } from '../../words/index.ts';
import { DeliveryDrawer } from './DeliveryDrawer.tsx';
import { useSenders, type Delivery } from './queries.ts';
import { StatusBadge } from './StatusBadge.tsx';

type Status = Delivery['status'];
const statuses = Object.keys(words.messages.statuses) as Status[];

export function Deliveries({ companyId }: { companyId: string }) {
  const { message, connection, ...search } = useSearch({ from: '/signed-in/messages' });
  const navigate = useNavigate({ from: '/messages' });
  const status = statuses.find((each) => each === search.status);
  const filter = { ...(status && { status }), ...(connection && { connectionId: connection }) };
  const set = (changes: { status?: string; connection?: string; message?: string }) =>
    void navigate({ search: (before) => ({ ...before, tab: 'deliveries', ...changes }), replace: true, resetScroll: false });
  const { senders } = useSenders(companyId);
  const list = useList({
    queryKey: ['messages', companyId, filter],
    everyMs: 5_000,
    read: (cursor) =>
      answerOf(
        api.GET('/v1/companies/{companyId}/messages', {
          params: { path: { companyId }, query: { ...filter, limit: 50, ...(cursor && { cursor }) } },
        }),
      ),
  });
  const isFiltered = Object.keys(filter).length > 0;
  if (list.error && !list.data) return <ProblemNotice error={list.error} again={() => void list.refetch()} />;
  if (list.isPending) return <Loading />;
  if (list.items.length === 0 && !isFiltered)
    return <Empty title={words.messages.noDelivery} more={words.messages.noDeliveryMore} />;
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 2, sm: 3 }}>
        <Select
          label={words.messages.status}
          placeholder={words.messages.anyStatus}
          data={statuses.map((value) => ({ value, label: words.messages.statuses[value] }))}
          value={status ?? null}
          onChange={(value) => set({ status: value ?? '' })}
          clearable
          clearButtonProps={{ 'aria-label': words.messages.anyStatus }}
        />
        <Select
          label={words.messages.connection}
          placeholder={words.messages.anyConnection}
          data={senders.map(({ id, label }) => ({ value: id, label }))}
          value={connection ?? null}
          onChange={(value) => set({ connection: value ?? '' })}
          clearable
          clearButtonProps={{ 'aria-label': words.messages.anyConnection }}
        />
      </SimpleGrid>
      {list.items.length === 0 ? (
        <Text>{words.messages.noneFound}</Text>
      ) : (
        <VirtualList label={words.messages.tabs.deliveries} list={list} rowHeight={84}>
          {(delivery) => <DeliveryRow delivery={delivery} onOpen={() => set({ message: delivery.id })} />}
        </VirtualList>
      )}
      {message && <DeliveryDrawer deliveryId={message} onClose={() => set({ message: '' })} />}
    </Stack>
  );
}

function DeliveryRow({ delivery, onOpen }: { delivery: Delivery; onOpen: () => void }) {
  const { to, segments, status, sentence, createdAt } = delivery;
  return (
    <Group
      justify="space-between"
      wrap="nowrap"
      align="start"
      py="sm"
      style={{ borderBottom: '1px solid var(--mantine-color-default-border)' }}
    >
      <Stack gap={2} miw={0}>
        <Group gap="xs">
          <StatusBadge status={status} />
          <Text>
            {words.messages.to} {to}
          </Text>
          {segments > 1 && (
            <Badge variant="light" color="gray" tt="none">
              {words.messages.segments(segments)}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          <Moment at={createdAt} />
          {sentence && (
            <>
              {' · '}
              <Sentence>{sentence}</Sentence>
            </>
          )}
        </Text>
      </Stack>
      <Button variant="default" size="xs" onClick={onOpen} aria-label={`${words.messages.look}: ${to}`} flex="none">
        {words.messages.look}
      </Button>
    </Group>
  );
}
