import { Card, Text } from '@mantine/core';
import type { Schemas } from '../../api/client.ts';
import { days } from './said.ts';

/** A note as a client sees it; the console shows drafts by the same. */
export function ClientNote({ note: { body, sourceLabel, from, until, action } }: { note: Schemas['Note'] }) {
  return (
    <Card withBorder component="article">
      <Text>{body}</Text>
      <Text size="sm" mt={4}>
        {action}
      </Text>
      <Text size="sm" c="dimmed">
        {sourceLabel} · {days(from, until)}
      </Text>
    </Card>
  );
}
