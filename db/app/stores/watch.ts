import { connectionStates, schedulesRun } from '../../../domain/connection-state.ts';
import type { Finding, StaleFacts, WatchPolicy } from '../../../domain/watch.ts';
import { boundedSentence } from '../../hash.ts';
import { select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';
import { freshWithinS } from '../fresh-within.ts';

export interface Episode {
  subject: string;
  connectionId: string | null;
  openedAt: Date;
  sentence: string;
}

/** Leases are by the database's clock. */
export interface WatchStore {
  /** Takes or keeps the lease of one watch; answers whether it is `holder`'s. */
  lead(name: string, holder: string, leaseMs: number): Promise<boolean>;
  /** Lets another take over at once. */
  stepDown(name: string, holder: string): Promise<void>;
  /** How many watches have somebody who holds their lease. */
  countLeaders(): Promise<number>;
  /** Connections that should deliver by themselves and whose last success is too old; the longest silent first. */
  stale(now: Date, limit: number): Promise<StaleFacts[]>;
  episodes(): Promise<Episode[]>;
  /** Answers whether it began with this call. */
  begin(finding: Finding, now: Date): Promise<boolean>;
  /** Answers whether it ended with this call. */
  end(subject: string): Promise<boolean>;
  /** The right to tell people of it, for one try; `false` when they were told, or enough was tried, or it is tried just now. */
  claimTelling(subject: string, policy: WatchPolicy): Promise<boolean>;
  told(subject: string): Promise<void>;
}

const now = 'UTC_TIMESTAMP(3)';
const delivering = connectionStates.filter(schedulesRun);
const within = freshWithinS('c.id', 's.policy');

export function watchStore({ sequelize }: AppDb): WatchStore {
  return {
    async lead(name, holder, leaseMs) {
      // Columns are set in their order: the second assignment sees the holder that the first has left.
      await write(
        sequelize,
        `INSERT INTO watch_leases (name, holder, held_until) VALUES (:name, :holder, ${now} + INTERVAL :leaseMs * 1000 MICROSECOND)
         ON DUPLICATE KEY UPDATE holder = IF(held_until <= ${now}, VALUES(holder), holder),
           held_until = IF(holder = VALUES(holder), VALUES(held_until), held_until)`,
        { name, holder, leaseMs },
      );
      const [row] = await select<{ holder: string }>(sequelize, 'SELECT holder FROM watch_leases WHERE name = :name', { name });
      return row?.holder === holder;
    },

    async stepDown(name, holder) {
      await write(sequelize, 'DELETE FROM watch_leases WHERE name = :name AND holder = :holder', { name, holder });
    },

    async countLeaders() {
      const sql = `SELECT COUNT(*) AS leaders FROM watch_leases WHERE held_until > ${now}`;
      const [row] = await select<{ leaders: number }>(sequelize, sql, {});
      return row!.leaders;
    },

    stale: (at, limit) =>
      select<StaleFacts>(
        sequelize,
        `SELECT c.id, c.company_id AS companyId, c.label, c.provider_key AS providerKey, c.last_success_at AS lastSuccessAt,
           ${within} AS freshWithinS
         FROM integration_connections c JOIN integration_settings s ON s.connection_id = c.id
         WHERE c.state IN (:delivering)
           AND (c.last_success_at IS NULL OR TIMESTAMPDIFF(SECOND, c.last_success_at, :at) > ${within})
         ORDER BY c.last_success_at, c.id LIMIT :limit`,
        { delivering, at: sqlTime(at), limit },
      ),

    episodes: () =>
      select<Episode>(
        sequelize,
        `SELECT subject, connection_id AS connectionId, opened_at AS openedAt, sentence FROM watch_episodes ORDER BY subject`,
        {},
      ),

    async begin({ subject, connection, sentence }, at) {
      const { affectedRows } = await write(
        sequelize,
        `INSERT INTO watch_episodes (subject, connection_id, company_id, sentence, opened_at)
         VALUES (:subject, :connectionId, :companyId, :sentence, :at) ON DUPLICATE KEY UPDATE subject = subject`,
        {
          subject,
          connectionId: connection?.id ?? null,
          companyId: connection?.companyId ?? null,
          sentence: boundedSentence(sentence),
          at: sqlTime(at),
        },
      );
      return affectedRows === 1;
    },

    async end(subject) {
      const { affectedRows } = await write(sequelize, 'DELETE FROM watch_episodes WHERE subject = :subject', { subject });
      return affectedRows === 1;
    },

    async claimTelling(subject, { tellAgainMs, triesMax }) {
      const { affectedRows } = await write(
        sequelize,
        `UPDATE watch_episodes SET tried_at = ${now}, tries = tries + 1
         WHERE subject = :subject AND told_at IS NULL AND tries < :triesMax
           AND (tried_at IS NULL OR tried_at <= ${now} - INTERVAL :tellAgainMs * 1000 MICROSECOND)`,
        { subject, tellAgainMs, triesMax },
      );
      return affectedRows === 1;
    },

    async told(subject) {
      await write(sequelize, `UPDATE watch_episodes SET told_at = ${now} WHERE subject = :subject`, { subject });
    },
  };
}
