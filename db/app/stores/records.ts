import type { DeliveryStatus } from '../../../domain/delivery-status.ts';
import type { FailureCode } from '../../../domain/failure.ts';
import type { CanonicalRecord, MessageFields, NormalizedEvent } from '../../../domain/records.ts';
import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { RunCounts } from './runs.ts';

export interface SavePageInput {
  connectionId: string;
  companyId: string;
  jobId: string;
  runId: string;
  mappingVersion: number;
  records: CanonicalRecord[];
  failed: { externalId: string | null; code: FailureCode; sentence: string }[];
  /** Where the next page starts. */
  cursor: string;
}
export interface ApplyEventsInput {
  connectionId: string;
  companyId: string;
  events: { rawEventId: string; normalized: NormalizedEvent[] }[];
}
export interface Message extends MessageFields {
  id: string;
  connectionId: string;
  externalId: string;
  /** The provider's own time of this version; `null` while only events have told of the message. */
  sourceUpdatedAt: Date | null;
}

export interface RecordStore {
  /**
   * Rows, counts, errors and cursor of one page in one transaction: a crash repeats the page, never half of it. Rows whose
   * content is equal are skipped; a message's status never goes back; a failed record stands in the error queue until a later
   * page brings it whole. Answers this page's counts.
   */
  savePage(input: SavePageInput): Promise<RunCounts>;
  /**
   * Applies normalized events: repeatable, and in any order. Answers every delivery whose status these events tell, also when a
   * repeat finds it there already, so that whoever must hear of it does.
   */
  applyEvents(input: ApplyEventsInput): Promise<{ changedDeliveries: { deliveryId: string; status: DeliveryStatus }[] }>;
  /** Writes records that did not come with a page. */
  applyRecords(input: Pick<SavePageInput, 'connectionId' | 'companyId' | 'mappingVersion' | 'records'>): Promise<void>;
  messages(
    input: PageInput & { connectionId: string; direction?: MessageFields['direction'] | undefined },
  ): Promise<Page<Message>>;
}

// BODY
export function recordStore(_db: AppDb): RecordStore {
  throw new Error('The store is not there yet.');
}
