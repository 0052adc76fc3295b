import type { Sequelize, Transaction } from 'sequelize';
import type { FailureCode } from '../../domain/failure.ts';
import type { Mend, QueueKind, QueueState } from '../../domain/failed-work.ts';
import { boundedKey } from '../hash.ts';
import { select, sqlTime, type Values } from '../sql.ts';

/** Items of the error queue that have all of this; what is absent does not filter. */
export interface QueueFilter {
  code?: FailureCode | undefined;
  kind?: QueueKind | undefined;
  state?: QueueState | undefined;
  mend?: Mend | undefined;
  object?: string | undefined;
  /** The version of the mapping that they did not fit. */
  mappingVersion?: number | undefined;
  /** Those that failed alike, by the word that each of them carries. */
  reason?: string | undefined;
  /** What failed, by its own id. */
  cause?: string | undefined;
  /** ISO 8601; from this moment on, and before that one. */
  firstSeenFrom?: string | undefined;
  firstSeenBefore?: string | undefined;
  itemIds?: string[] | undefined;
}

const columns = {
  code: 'code',
  kind: 'kind',
  state: 'state',
  mend: 'mend',
  object: 'object',
  mappingVersion: 'mapping_version',
  reason: 'reason',
} as const;

/** As a condition, with ` AND ` before each part; the caller names the connection or the company. */
export function whereOf(filter: QueueFilter): { where: string; values: Values } {
  const values: Values = { ...filter };
  const parts = Object.entries(columns).flatMap(([name, column]) =>
    filter[name as keyof typeof columns] === undefined ? [] : [`${column} = :${name}`],
  );
  if (filter.cause !== undefined) {
    parts.push('cause = :cause');
    values['cause'] = boundedKey(filter.cause);
  }
  for (const [name, comparison] of [
    ['firstSeenFrom', '>='],
    ['firstSeenBefore', '<'],
  ] as const)
    if (filter[name] !== undefined) {
      parts.push(`first_seen_at ${comparison} :${name}`);
      values[name] = sqlTime(filter[name]);
    }
  if (filter.itemIds) parts.push(filter.itemIds.length > 0 ? 'id IN (:itemIds)' : 'FALSE');
  return { where: parts.map((part) => ` AND ${part}`).join(''), values };
}

/** How many open items of the connection it finds. */
export async function countOpen(
  sequelize: Sequelize,
  connectionId: string,
  filter: QueueFilter,
  transaction?: Transaction,
): Promise<number> {
  const { where, values } = whereOf(filter);
  const [row] = await select<{ items: number }>(
    sequelize,
    `SELECT COUNT(*) AS items FROM integration_error_queue WHERE connection_id = :connectionId AND open_cause IS NOT NULL${where}`,
    { ...values, connectionId },
    transaction,
  );
  return row!.items;
}
