import type { DeliveryStatus } from '../../../domain/delivery-status.ts';
import type { FailureCode } from '../../../domain/failure.ts';
import type {
  CanonicalObject,
  CanonicalRecord,
  DeletableObject,
  DeletedRecord,
  MessageFields,
  NormalizedEvent,
} from '../../../domain/records.ts';
import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { plainDecimal, select } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { applyEvents } from '../records/apply-events.ts';
import { readFields } from '../records/read-fields.ts';
import { savePage } from '../records/save-page.ts';
import { markDeleted, readOwners, writeRecords } from '../records/write-records.ts';
import type { RunCounts } from '../../../domain/run-verdict.ts';

/** What the provider no longer has. */
export interface Deleted {
  object: DeletableObject;
  records: DeletedRecord[];
}

export interface SavePageInput {
  connectionId: string;
  companyId: string;
  jobId: string;
  runId: string;
  mappingVersion: number;
  records: CanonicalRecord[];
  deleted?: Deleted | undefined;
  failed: { externalId: string | null; code: FailureCode; sentence: string }[];
  /** Where the next page starts. */
  cursor: string;
}
export interface ApplyEventsInput {
  connectionId: string;
  companyId: string;
  /**
   * `companyId`: whose message it tells of, when that is not the connection's own company; `null` while nobody knows. Then it makes no
   * record, but a delivery of ours moves and an opt-out is heeded all the same.
   */
  events: { rawEventId: string; normalized: NormalizedEvent[]; companyId?: string | null }[];
}
export interface Message extends MessageFields {
  id: string;
  connectionId: string;
  /** Whose it is: the connection's company, or the franchise that the record names. */
  companyId: string;
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
  applyRecords(
    input: Pick<SavePageInput, 'connectionId' | 'companyId' | 'records' | 'deleted'> & { mappingVersion: number | null },
  ): Promise<void>;
  /** Whose the records are that are stored already, by external id. */
  owners(input: { connectionId: string; object: CanonicalObject; externalIds: string[] }): Promise<Map<string, string>>;
  /** Canonical fields as they stand, by external id. */
  fields(input: {
    connectionId: string;
    object: CanonicalObject;
    externalIds: string[];
  }): Promise<Map<string, Record<string, unknown>>>;
  messages(
    input: PageInput & { connectionId: string; direction?: MessageFields['direction'] | undefined },
  ): Promise<Page<Message>>;
}

export function recordStore(db: AppDb): RecordStore {
  const { sequelize } = db;
  return {
    savePage: (input) => savePage(db, input),
    applyEvents: (input) => applyEvents(sequelize, input),
    async applyRecords({ records, deleted, ...origin }) {
      await inTransaction(sequelize, async (transaction) => {
        await writeRecords(sequelize, { ...origin, runId: null }, records, transaction);
        if (deleted) await markDeleted(sequelize, origin, deleted.object, deleted.records, transaction);
      });
    },

    owners: (input) => readOwners(sequelize, input),
    fields: (input) => readFields(sequelize, input),

    async messages({ connectionId, direction = null, cursor, limit }) {
      const rows = await select<Omit<Message, 'id' | 'sentAt'> & { id: number; sentAt: Date | null }>(
        sequelize,
        `SELECT id, connection_id AS connectionId, company_id AS companyId, external_id AS externalId, source_updated_at AS sourceUpdatedAt, direction,
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
