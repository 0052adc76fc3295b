import { Badge } from '@mantine/core';
import { words } from '../../words/index.ts';
import type { Delivery } from './queries.ts';

const colours: Record<Delivery['status'], string> = {
  queued: 'blue',
  sending: 'blue',
  ambiguous: 'orange',
  accepted: 'blue',
  sent: 'blue',
  delivered: 'green',
  read: 'green',
  undelivered: 'red',
  failed: 'red',
  blocked: 'gray',
  cancelled: 'gray',
};

export function StatusBadge({ status }: { status: Delivery['status'] }) {
  return (
    <Badge variant="dot" tt="none" color={colours[status]}>
      {words.messages.statuses[status]}
    </Badge>
  );
}
