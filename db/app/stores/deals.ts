import type { DealFields, StageKind, StageMovement } from '../../../domain/records.ts';
import { type Page, type PageInput, cutPage, numberBelow } from '../../page.ts';
import { plainDecimal, select, sqlTime } from '../../sql.ts';
import type { AppDb } from '../context.ts';

/** What a stage is called and means; `null` for one that the provider's pipelines do not have. */
export interface StageMeaning {
  name: string;
  kind: StageKind;
}

/** Whom a record names as its owner. */
export interface OwnerName {
  name: string | null;
  /** Since when the provider no longer has them at work; the name is the last that was known. */
  goneAt: Date | null;
}

export interface Deal extends DealFields {
  id: string;
  connectionId: string;
  companyId: string;
  externalId: string;
  stageMeaning: StageMeaning | null;
  /** `null` where the provider names nobody of this id. */
  owner: OwnerName | null;
  sourceUpdatedAt: Date;
  /** Since when the provider no longer has it. */
  deletedAt: Date | null;
  mergedInto: string | null;
}

export interface DealMovement extends Omit<StageMovement, 'at'> {
  id: string;
  dealExternalId: string;
  at: Date;
  /** Since when it stood in `from`. */
  enteredAt: Date | null;
  fromMeaning: StageMeaning | null;
  toMeaning: StageMeaning | null;
  /** The run or the stored event that brought it. */
  runId: string | null;
  rawEventId: string | null;
}

export interface DealStore {
  /** By our row’s id; whose it is is whose the connection is, because it is written there. */
  find(id: string): Promise<{ id: string; connectionId: string; companyId: string; externalId: string } | null>;
  /** Newest row first. */
  list(input: PageInput & { connectionId: string }): Promise<Page<Deal>>;
  /** Of one deal or of all, newest row first; `from` (inclusive) and `until` (exclusive) bound when the deal moved. */
  movements(
    input: PageInput & {
      connectionId: string;
      dealExternalId?: string | undefined;
      from?: Date | undefined;
      until?: Date | undefined;
    },
  ): Promise<Page<DealMovement>>;
}

export function dealStore({ sequelize }: AppDb): DealStore {
  return {
    async find(id) {
      const [row] = await select<{ connectionId: string; companyId: string; externalId: string }>(
        sequelize,
        `SELECT d.connection_id AS connectionId, c.company_id AS companyId, d.external_id AS externalId
         FROM deals d JOIN integration_connections c ON c.id = d.connection_id WHERE d.id = :id`,
        { id: Number(id) },
      );
      return row ? { ...row, id } : null;
    },

    async list({ connectionId, cursor, limit }) {
      const rows = await select<Row<Deal> & { openedAt: Date | null }>(
        sequelize,
        `SELECT d.id, d.connection_id AS connectionId, d.company_id AS companyId, d.external_id AS externalId, d.title, d.stage,
           s.name AS stageName, s.kind AS stageKind, d.contact_external_id AS contactExternalId,
           d.owner_external_id AS ownerExternalId, o.id AS ownerId, o.name AS ownerName, o.gone_at AS ownerGoneAt, d.amount, d.currency, d.expected_close_on AS expectedCloseOn,
           d.opened_at AS openedAt, d.source_updated_at AS sourceUpdatedAt, d.deleted_at AS deletedAt, d.merged_into AS mergedInto
         FROM deals d LEFT JOIN pipeline_stages s ON s.connection_id = d.connection_id AND s.external_id = d.stage
         LEFT JOIN record_owners o ON o.connection_id = d.connection_id AND o.external_id = d.owner_external_id
         WHERE d.connection_id = :connectionId AND d.id < :before ORDER BY d.id DESC LIMIT :limit`,
        { connectionId, before: numberBelow(cursor), limit: limit + 1 },
      );
      const items = rows.map(({ stageName, stageKind, ownerId, ownerName, ownerGoneAt, ...row }) => ({
        ...row,
        id: String(row.id),
        amount: row.amount === null ? null : plainDecimal(row.amount),
        openedAt: row.openedAt?.toISOString() ?? null,
        stageMeaning: meaning(stageName, stageKind),
        owner: ownerId === null ? null : { name: ownerName, goneAt: ownerGoneAt },
      }));
      return cutPage(items, limit, ({ id }) => id);
    },

    async movements({ connectionId, dealExternalId = null, from, until, cursor, limit }) {
      const rows = await select<MovementRow>(
        sequelize,
        `SELECT m.id, m.deal_external_id AS dealExternalId, m.from_stage AS \`from\`, m.to_stage AS \`to\`, m.moved_at AS \`at\`,
           m.entered_at AS enteredAt, m.moved_by AS \`by\`, m.run_id AS runId, m.raw_event_id AS rawEventId,
           f.name AS fromName, f.kind AS fromKind, t.name AS toName, t.kind AS toKind
         FROM deal_stage_movements m
         LEFT JOIN pipeline_stages f ON f.connection_id = m.connection_id AND f.external_id = m.from_stage
         LEFT JOIN pipeline_stages t ON t.connection_id = m.connection_id AND t.external_id = m.to_stage
         WHERE m.connection_id = :connectionId AND m.id < :before
           AND (:dealExternalId IS NULL OR m.deal_external_id = :dealExternalId)
           ${from ? 'AND m.moved_at >= :from' : ''} ${until ? 'AND m.moved_at < :until' : ''}
         ORDER BY m.id DESC LIMIT :limit`,
        {
          connectionId,
          dealExternalId,
          ...(from && { from: sqlTime(from) }),
          ...(until && { until: sqlTime(until) }),
          before: numberBelow(cursor),
          limit: limit + 1,
        },
      );
      const items = rows.map(({ fromName, fromKind, toName, toKind, ...row }) => ({
        ...row,
        id: String(row.id),
        rawEventId: row.rawEventId === null ? null : String(row.rawEventId),
        fromMeaning: meaning(fromName, fromKind),
        toMeaning: meaning(toName, toKind),
      }));
      return cutPage(items, limit, ({ id }) => id);
    },
  };
}

type Row<Item> = Omit<Item, 'id' | 'openedAt' | 'stageMeaning' | 'owner'> & {
  id: number;
  stageName: string | null;
  stageKind: StageKind | null;
  ownerId: number | null;
  ownerName: string | null;
  ownerGoneAt: Date | null;
};
type MovementRow = Omit<DealMovement, 'id' | 'fromMeaning' | 'toMeaning' | 'rawEventId'> & {
  id: number;
  rawEventId: number | null;
  fromName: string | null;
  fromKind: StageKind | null;
  toName: string | null;
  toKind: StageKind | null;
};

function meaning(name: string | null, kind: StageKind | null): StageMeaning | null {
  return name !== null && kind !== null ? { name, kind } : null;
}
