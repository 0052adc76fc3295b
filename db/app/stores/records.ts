import type { DeliveryStatus } from '../../../domain/delivery-status.ts';
import type { FailureCode } from '../../../domain/failure.ts';
import type { CanonicalRecord, MessageFields, NormalizedEvent } from '../../../domain/records.ts';
import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { plainDecimal, select } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { applyEvents } from '../records/apply-events.ts';
import { savePage } from '../records/save-page.ts';
import { writeRecords } from '../records/write-records.ts';
import type { RunCounts } from '../../../domain/run-verdict.ts';

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

export function recordStore(db: AppDb): RecordStore {
  const { sequelize } = db;
  return {
    savePage: (input) => savePage(db, input),
    applyEvents: (input) => applyEvents(sequelize, input),
    async applyRecords({ records, ...origin }) {
      await inTransaction(sequelize, (transaction) => writeRecords(sequelize, { ...origin, runId: null }, records, transaction));
    },

    async messages({ connectionId, direction = null, cursor, limit }) {
      const rows = await select<Omit<Message, 'id' | 'sentAt'> & { id: number; sentAt: Date | null }>(
        sequelize,
        `SELECT id, connection_id AS connectionId, external_id AS externalId, source_updated_at AS sourceUpdatedAt, direction,
           from_address AS fromAddress, to_address AS toAddress, body, status, segments, error_code AS errorCode, price,
           currency, sent_at AS sentAt
         FROM messages
         WHERE connection_id = :connectionId AND id < :before AND (:direction IS NULL OR direction = :direction)
         ORDER BY id DESC LIMIT :limit`,
        { connectionId, direction, before: numberBelow(cursor), limit: limit + 1 },
      );
      const items = rows.map((row) => ({
        ...row,
        id: String(row.id),
        price: row.price === null ? null : plainDecimal(row.price),
        sentAt: row.sentAt?.toISOString() ?? null,
      }));
      return cutPage(items, limit, ({ id }) => id);
    },
  };
}
