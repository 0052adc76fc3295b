/**
 * Our words for what providers tell us: canonical records that syncs write, and normalized events that webhooks become.
 * Times are ISO 8601 in UTC; money is a decimal string in `currency`.
 */
export const canonicalObjects = ['message', 'usage', 'contact', 'deal'] as const;
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

export interface ContactFields {
  name: string | null;
  email: string | null;
  phone: string | null;
  organisation: string | null;
}

export interface DealFields {
  title: string;
  /** The provider's id of the stage that it stands in; what the stage means, the connection's pipeline stages say. */
  stage: string;
  contactExternalId: string | null;
  ownerExternalId: string | null;
  amount: string | null;
  currency: string | null;
  /** `YYYY-MM-DD`. */
  expectedCloseOn: string | null;
  openedAt: string | null;
}

/** One step of a deal, as the provider's own history tells it. Stages are the provider's ids. */
export interface StageMovement {
  /** `null` for the stage that the deal began in. */
  from: string | null;
  to: string;
  at: string;
  /** The provider's id of the person or program that moved it. */
  by: string | null;
}

export const stageKinds = ['open', 'won', 'lost'] as const;
export type StageKind = (typeof stageKinds)[number];

/** What a provider says of a stage. Its id is unique in the account, whatever the pipeline. */
export interface ProviderStage {
  externalId: string;
  label: string;
  pipelineExternalId: string;
  pipelineLabel: string;
  /** Order within the pipeline. */
  position: number;
  /** Of winning, from 0 to 1. */
  probability: number | null;
  kind: StageKind;
}

/** Who owns records at a provider. */
export interface ProviderOwner {
  externalId: string;
  /** Never an address; `null` where the provider has no name. */
  name: string | null;
  /** Whether records may still be given to them. */
  isActive: boolean;
}

/** A person's name from its parts; one that is an e-mail address in place of a name is none. */
export function ownerName(...parts: unknown[]): string | null {
  const name = parts
    .filter((part): part is string => typeof part === 'string')
    .map((part) => part.trim())
    .filter(Boolean)
    .join(' ');
  return name === '' || name.includes('@') ? null : name;
}

/** Objects whose records may vanish at the provider. */
export const deletableObjects = ['contact', 'deal'] as const satisfies CanonicalObject[];
export type DeletableObject = (typeof deletableObjects)[number];
export function isDeletable(object: CanonicalObject): object is DeletableObject {
  return (deletableObjects as readonly CanonicalObject[]).includes(object);
}

/** A record that the provider no longer has. `mergedInto`: the record that has taken it in. */
export interface DeletedRecord {
  externalId: string;
  at: string;
  mergedInto: string | null;
}

interface RecordBase {
  externalId: string;
  /** Whose it is, when that is not the connection's own company. */
  companyId?: string;
  /** The stored event that told of this version, when no run did. */
  rawEventId?: string;
  /**
   * When that event came, where it may be applied long after: of two versions with the same time at the provider, the row that was
   * written since is the newer.
   */
  toldAt?: string;
  sourceUpdatedAt: string;
}
export type CanonicalRecord =
  | (RecordBase & { object: 'message'; fields: MessageFields })
  | (RecordBase & { object: 'usage'; fields: UsageFields })
  | (RecordBase & { object: 'contact'; fields: ContactFields })
  | (RecordBase & {
      object: 'deal';
      fields: DealFields;
      /** All that the provider's history tells, oldest first. */
      movements: StageMovement[];
    });

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
  /** The record is fetched, because only the provider's own history tells what was in between. */
  | { kind: 'record_changed'; object: CanonicalObject; externalId: string; occurredAt: string }
  | { kind: 'record_deleted'; object: CanonicalObject; externalId: string; occurredAt: string; mergedInto: string | null }
  | {
      kind: 'opt_out' | 'opt_in';
      externalId: string;
      occurredAt: string;
      address: string;
      /** What told it: `keyword`, or `provider:<code>` for a provider's refusal. */
      source: string;
    };
