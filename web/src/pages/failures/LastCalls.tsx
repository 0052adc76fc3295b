import { List, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Moment } from '../../parts/Moment.tsx';
import { words } from '../../words/index.ts';
import { callsQuery } from './queries.ts';

/** What the provider answered lately, in short: never what was in it. */
export function LastCalls({ connectionId }: { connectionId: string }) {
  const { data } = useQuery(callsQuery(connectionId));
  if (!data) return null;
  return (
    <Stack gap={4}>
      <Title order={3} size="h6">
        {words.failures.one.calls}
      </Title>
      {data.items.length === 0 && <Text size="sm">{words.failures.one.noCalls}</Text>}
      <List size="sm" listStyleType="none">
        {data.items.map(({ id, at, method, path, status, latencyMs, note }) => (
          <List.Item key={id} style={{ overflowWrap: 'anywhere' }}>
            <Moment at={at} />: {method} {path}, {status ?? words.failures.one.noAnswer}, {words.health.ms(latencyMs)}
            {note && `. ${note}`}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
