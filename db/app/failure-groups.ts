import type { Sequelize } from 'sequelize';
import { select } from '../sql.ts';

/** Open items of one connection that failed alike. */
export interface FailureGroup {
  connection: { id: string; label: string; providerKey: string };
  /** The newest item: its sentence speaks for the others, whose values alone differ. */
  newestId: string;
  /** The word that they share; `null` for an item of an older release, which stands alone. */
  reason: string | null;
  items: number;
  /** Of them: those that wait for a person, and those that are being tried now. */
  dead: number;
  retrying: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
  /** When the next of them is tried again by itself; `null` when none will be. */
  nextAttemptAt: Date | null;
}
export interface GroupsInput {
  companyId: string;
  connectionId?: string | undefined;
  reason?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** The group that grew last comes first. One more than the limit is read. */
export async function readGroups(sequelize: Sequelize, input: GroupsInput): Promise<FailureGroup[]> {
  const wanted = [
    input.connectionId !== undefined && ' AND connection_id = :connectionId',
    input.reason !== undefined && ' AND reason = :reason',
  ].filter(Boolean);
  const rows = await select<GroupRow>(
    sequelize,
    `SELECT g.*, c.id, c.label, c.provider_key AS providerKey FROM (
       SELECT connection_id, MAX(reason) AS alike, MAX(id) AS newestId, COUNT(*) AS items, SUM(state = 'dead') AS dead,
         SUM(state = 'retrying') AS retrying, MIN(first_seen_at) AS firstSeenAt, MAX(last_seen_at) AS lastSeenAt,
         MIN(next_attempt_at) AS nextAttemptAt
       FROM integration_error_queue
       WHERE company_id = :companyId AND state IN ('pending', 'retrying', 'dead')${wanted.join('')}
       GROUP BY connection_id, COALESCE(reason, id)${input.cursor === undefined ? '' : ' HAVING newestId < :cursor'}
       ORDER BY newestId DESC LIMIT :limit) g
     JOIN integration_connections c ON c.id = g.connection_id ORDER BY g.newestId DESC`,
    { ...input, limit: input.limit + 1 },
  );
  return rows.map(
    ({ id, label, providerKey, alike, dead, retrying, newestId, items, firstSeenAt, lastSeenAt, nextAttemptAt }) => ({
      connection: { id, label, providerKey },
      newestId,
      reason: alike,
      items,
      // Sums come as text.
      dead: Number(dead),
      retrying: Number(retrying),
      firstSeenAt,
      lastSeenAt,
      nextAttemptAt,
    }),
  );
}

type GroupRow = Omit<FailureGroup, 'connection' | 'reason' | 'dead' | 'retrying'> &
  Record<'id' | 'label' | 'providerKey' | 'dead' | 'retrying', string> & { alike: string | null };
