import type { FieldValues } from '../../domain/out-mapping.ts';
import type { DealFields } from '../../domain/records.ts';
import { NotFound } from '../errors.ts';
import { newId } from '../ids.ts';
import { jsonText, plainDecimal, select, sqlTime, write } from '../sql.ts';
import { inTransaction } from '../transaction.ts';
import { appendAudit } from './audit-chain.ts';
import type { AppDb } from './context.ts';
import { openStates, readPushes, type Push } from './push-rows.ts';
import type { By } from './stores/audit.ts';

export interface PushAsked {
  connectionId: string;
  companyId: string;
  /** Our row of the deal. */
  dealId: string;
  wanted: FieldValues;
  overwrites: boolean;
}

/** The deal's row is the lock: of two who ask at once, the second has seen what the first wants. */
export function askPush(db: AppDb, { connectionId, companyId, dealId, wanted, overwrites }: PushAsked, audit: By): Promise<Push> {
  const { sequelize } = db;
  return inTransaction(sequelize, async (transaction) => {
    const [deal] = await select<DealFields & { externalId: string; sourceUpdatedAt: Date }>(
      sequelize,
      `SELECT external_id AS externalId, title, stage, amount, currency, expected_close_on AS expectedCloseOn,
             owner_external_id AS ownerExternalId, source_updated_at AS sourceUpdatedAt
           FROM deals WHERE id = :dealId AND connection_id = :connectionId FOR UPDATE`,
      { dealId: Number(dealId), connectionId },
      transaction,
    );
    if (!deal) throw new NotFound('deal', dealId);
    const { externalId, sourceUpdatedAt, ...fields } = deal;
    const earlier = await readPushes(
      sequelize,
      `WHERE p.connection_id = :connectionId AND p.object = 'deal' AND p.external_id = :externalId
             AND (p.state IN (${openStates}) OR (p.state = 'done' AND p.finished_at > :seenVersion)) ORDER BY p.place`,
      { connectionId, externalId, seenVersion: sqlTime(sourceUpdatedAt) },
      transaction,
    );
    const shown = { ...fields, amount: fields.amount === null ? null : plainDecimal(fields.amount) };
    const seen = Object.assign({}, shown, ...earlier.map((push) => push.wanted)) as FieldValues;
    const id = newId('push');
    await write(
      sequelize,
      `INSERT INTO record_pushes (id, connection_id, company_id, object, external_id, wanted, seen, seen_version, overwrites,
             asked_by, asked_at)
           VALUES (:id, :connectionId, :companyId, 'deal', :externalId, :wanted, :seen, :seenVersion, :overwrites, :actor, :now)`,
      {
        id,
        connectionId,
        companyId,
        externalId,
        wanted: jsonText(wanted),
        seen: jsonText(seen),
        seenVersion: sqlTime(sourceUpdatedAt),
        overwrites,
        actor: audit.actor,
        now: sqlTime(new Date()),
      },
      transaction,
    );
    const before = Object.fromEntries(Object.keys(wanted).map((name) => [name, seen[name] ?? null]));
    const detail = { connectionId, object: 'deal', externalId, fields: Object.keys(wanted), overwrites };
    const entry = { ...audit, companyId, action: 'push.ask' as const, subject: id, outcome: 'done' as const, detail };
    await appendAudit(db, { ...entry, before, after: wanted }, transaction);
    return (await readPushes(sequelize, 'WHERE p.id = :id', { id }, transaction))[0]!;
  });
}
