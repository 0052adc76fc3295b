import type { Sequelize, Transaction } from 'sequelize';
import type { FailureCode } from '../../domain/failure.ts';
import type { FieldValues } from '../../domain/out-mapping.ts';
import { openPushStates, type PushState } from '../../domain/push.ts';
import type { CanonicalObject } from '../../domain/records.ts';
import { select, sqlTime, write, type Values } from '../sql.ts';

/** What somebody wants written at the provider. */
export interface Push {
  id: string;
  connectionId: string;
  companyId: string;
  object: CanonicalObject;
  /** The provider's id of the record. */
  externalId: string;
  wanted: FieldValues;
  seen: FieldValues;
  seenVersion: Date;
  overwrites: boolean;
  state: PushState;
  attempts: number;
  nextAttemptAt: Date | null;
  mappingVersion: number | null;
  code: FailureCode | null;
  sentence: string | null;
  askedBy: string;
  askedAt: Date;
  finishedAt: Date | null;
}
export type PlacedPush = Push & { place: number };

const columns = `p.id, p.place, p.connection_id AS connectionId, p.company_id AS companyId, p.object, p.external_id AS externalId,
  CAST(p.wanted AS CHAR) AS wanted, CAST(p.seen AS CHAR) AS seen, p.seen_version AS seenVersion, p.overwrites, p.state, p.attempts,
  p.next_attempt_at AS nextAttemptAt, p.mapping_version AS mappingVersion, p.code, p.sentence, p.asked_by AS askedBy,
  p.asked_at AS askedAt, p.finished_at AS finishedAt`;

/** In SQL: the states in which others of the record wait behind. */
export const openStates = openPushStates.map((state) => `'${state}'`).join(', ');

/** In SQL, of `p`: it is the first of its record that is open. */
export const isHead = `NOT EXISTS (SELECT 1 FROM record_pushes e WHERE e.connection_id = p.connection_id AND e.object = p.object
  AND e.external_id = p.external_id AND e.place < p.place AND e.state IN (${openStates}))`;

export async function readPushes(
  sequelize: Sequelize,
  rest: string,
  values: Values,
  transaction?: Transaction,
): Promise<PlacedPush[]> {
  const rows = await select<
    Omit<PlacedPush, 'wanted' | 'seen' | 'overwrites'> & Record<'wanted' | 'seen', string> & { overwrites: number }
  >(sequelize, `SELECT ${columns} FROM record_pushes p ${rest}`, values, transaction);
  return rows.map((row) => ({
    ...row,
    overwrites: Boolean(row.overwrites),
    wanted: JSON.parse(row.wanted) as FieldValues,
    seen: JSON.parse(row.seen) as FieldValues,
  }));
}

/** A failed push has an open item in the error queue: when somebody closes that, the push is over, and others of its record go on. */
export async function cancelUnclaimed(sequelize: Sequelize, connectionId: string, transaction: Transaction): Promise<void> {
  await write(
    sequelize,
    `UPDATE record_pushes SET state = 'cancelled', finished_at = :now
     WHERE connection_id = :connectionId AND state IN ('failed', 'conflict') AND NOT EXISTS (SELECT 1 FROM integration_error_queue q
       WHERE q.connection_id = record_pushes.connection_id AND q.kind = 'push' AND q.open_cause = record_pushes.id)`,
    { connectionId, now: sqlTime(new Date()) },
    transaction,
  );
}
