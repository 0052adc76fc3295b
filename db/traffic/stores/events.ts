import type { FailureCode } from '../../../domain/failure.ts';
import type { NormalizedEvent } from '../../../domain/records.ts';
import type { Page, PageInput } from '../../page.ts';
import type { TrafficDb } from '../context.ts';

export interface InboundEventRow {
  connectionId: string;
  companyId: string;
  providerKey: string;
  source: 'webhook' | 'poll';
  /** The event's identity at the provider: the same key is the same event. */
  key: string;
  type: string;
  occurredAt: Date | null;
  receivedAt: Date;
  data: Record<string, unknown>;
}
export type StoredEvent = Omit<InboundEventRow, 'connectionId' | 'companyId' | 'providerKey'> & { id: string };
export type EventState = 'stored' | 'applied' | 'ignored' | 'failed';
export interface EventSummary {
  id: string;
  type: string;
  state: EventState;
  receivedAt: Date;
  /** How often the same event came again. */
  duplicates: number;
  code: FailureCode | null;
  sentence: string | null;
}

export interface EventStore {
  /** Events, duplicate counts and payloads in one transaction; it answers only after the commit. */
  storeBatch(rows: InboundEventRow[]): Promise<{ stored: number; duplicates: number }>;
  /** Events that wait, in order of arrival, with their payload opened. */
  nextBatch(connectionId: string, limit: number): Promise<StoredEvent[]>;
  /** `applied`, or `ignored` where the event meant nothing (`applied: false`); keeps what it meant. Repeatable. */
  markApplied(connectionId: string, done: { id: string; applied: boolean; normalized: NormalizedEvent[] }[]): Promise<void>;
  markFailed(connectionId: string, id: string, code: FailureCode, sentence: string): Promise<void>;
  /** Lets a failed event wait again. `false` when it is not failed, or when its payload is past its retention. */
  requeue(connectionId: string, id: string): Promise<boolean>;
  idOf(connectionId: string, key: string): Promise<string | null>;
  countWaiting(connectionId: string): Promise<number>;
  /** Newest first; never the payload. */
  list(input: PageInput & { connectionId: string }): Promise<Page<EventSummary>>;
}

// BODY
export function eventStore(_db: TrafficDb): EventStore {
  throw new Error('The store is not there yet.');
}
