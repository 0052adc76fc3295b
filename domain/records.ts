/**
 * Our words for what providers tell us: canonical records that syncs write, and normalized events that webhooks become.
 * Times are ISO 8601 in UTC; money is a decimal string in `currency`.
 */
export const canonicalObjects = ['message', 'usage'] as const;
export type CanonicalObject = (typeof canonicalObjects)[number];

export const messageStatuses = [
  'accepted',
  'sent',
  'delivered',
  'read',
  'undelivered',
  'failed',
  'received',
  'cancelled',
] as const;
export type MessageStatus = (typeof messageStatuses)[number];

/** A message that exists at the provider, whoever sent it. */
export interface MessageFields {
  direction: 'inbound' | 'outbound';
  fromAddress: string | null;
  toAddress: string | null;
  body: string | null;
  status: MessageStatus;
  segments: number | null;
  errorCode: string | null;
  price: string | null;
  currency: string | null;
  sentAt: string | null;
}

/** What was used of one category on one day, in `unit`. */
export interface UsageFields {
  category: string;
  /** `YYYY-MM-DD`, in the provider's day. */
  day: string;
  quantity: string;
  unit: string;
  price: string | null;
  currency: string | null;
}

interface RecordBase {
  externalId: string;
  /** Whose it is, when that is not the connection's own company. */
  companyId?: string;
  sourceUpdatedAt: string;
}
export type CanonicalRecord =
  (RecordBase & { object: 'message'; fields: MessageFields }) | (RecordBase & { object: 'usage'; fields: UsageFields });

/** Whether it came to the company: what is said of its own side then stands where the other's stands in what it sent. */
export function isInbound(record: CanonicalRecord): boolean {
  return record.object === 'message' && record.fields.direction === 'inbound';
}

/** A later status never goes back: the order in which providers' statuses may replace one another. */
const messageRanks: Record<MessageStatus, number> = {
  accepted: 1,
  sent: 2,
  undelivered: 3,
  failed: 3,
  cancelled: 3,
  delivered: 3,
  received: 3,
  read: 4,
};
export function messageRank(status: MessageStatus): number {
  return messageRanks[status];
}

/** What one inbound event means. `deliveryId` is ours, when the provider hands back the token that we sent along. */
export type NormalizedEvent =
  | {
      kind: 'message_status';
      externalId: string;
      occurredAt: string;
      status: MessageStatus;
      errorCode: string | null;
      /** What the code means, for a person. */
      sentence: string | null;
      deliveryId: string | null;
    }
  | { kind: 'message_received'; externalId: string; occurredAt: string; fields: MessageFields }
  | {
      kind: 'opt_out' | 'opt_in';
      externalId: string;
      occurredAt: string;
      address: string;
      /** What told it: `keyword`, or `provider:<code>` for a provider's refusal. */
      source: string;
    };
