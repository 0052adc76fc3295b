import type { FailureCode } from '../../../domain/failure.ts';
import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export const queueStates = ['pending', 'retrying', 'dead', 'resolved', 'ignored'] as const;
export type QueueState = (typeof queueStates)[number];
export type QueueKind = 'record' | 'event' | 'delivery' | 'push';

export interface QueueItem {
  id: string;
  companyId: string;
  connectionId: string;
  kind: QueueKind;
  /** What failed, by its own id: the record's external id, the event's, the delivery's. */
  cause: string;
  code: FailureCode;
  sentence: string;
  state: QueueState;
  attempts: number;
  rawEventId: string | null;
  deliveryId: string | null;
  runId: string | null;
  firstSeenAt: Date;
  lastSeenAt: Date;
  closedAt: Date | null;
  closedBy: string | null;
  note: string | null;
}
export interface QueueInput {
  companyId: string;
  connectionId: string;
  kind: QueueKind;
  cause: string;
  code: FailureCode;
  sentence: string;
  rawEventId: string | null;
  deliveryId?: string | null | undefined;
  runId?: string | null | undefined;
}

/** Changes throw `NotFound` for an unknown item and `Conflict` for a closed one. */
export interface ErrorQueueStore {
  /** One open item for each connection, kind and cause: a repeat counts an attempt and takes the new sentence. */
  put(input: QueueInput): Promise<{ id: string }>;
  find(id: string): Promise<QueueItem | null>;
  list(
    input: PageInput & {
      companyId?: string | undefined;
      connectionId?: string | undefined;
      state?: QueueState | undefined;
    },
  ): Promise<Page<QueueItem>>;
  retry(id: string, audit: By): Promise<QueueItem>;
  resolve(id: string, note: string, audit: By): Promise<QueueItem>;
  ignore(id: string, reason: string, audit: By): Promise<QueueItem>;
  /** Resolves, in the engine's name, the open items of events that were applied after all, or of deliveries that were decided. */
  settle(input: { connectionId: string } & ({ rawEventIds: string[] } | { deliveryId: string })): Promise<void>;
}

// BODY
export function errorQueueStore(_db: AppDb): ErrorQueueStore {
  throw new Error('The store is not there yet.');
}
