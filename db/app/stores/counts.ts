/** What is counted over all companies, for metrics. Every statement is bounded by what is open or by the number of connections. */
import { connectionStates, holdsEvents, schedulesRun, type ConnectionState } from '../../../domain/connection-state.ts';
import { limitWindowsMs } from '../../../domain/headroom.ts';
import { elapsedMs, select, sqlTime } from '../../sql.ts';
import type { AppDb } from '../context.ts';

export const openQueueStates = ['pending', 'retrying', 'dead'] as const;

export interface CountStore {
  connections(): Promise<{ providerKey: string; state: ConnectionState; count: number }[]>;
  /** Connections whose stored events should be applied at once. */
  applying(): Promise<{ id: string; providerKey: string }[]>;
  /** Seconds since the last good run of the connection that should deliver and has waited longest, by provider. */
  oldestSuccess(now: Date): Promise<{ providerKey: string; ageS: number }[]>;
  runsUnderWay(): Promise<{ providerKey: string; count: number }[]>;
  openQueueItems(): Promise<{ kind: string; state: string; count: number }[]>;
  /** By the highest rung of the ladder that was told; 0 where nobody was told yet. */
  openIncidents(): Promise<{ rung: number; count: number }[]>;
  openTasks(): Promise<number>;
  /** The smallest share of its provider's limit that a delivering connection has left, by provider and kind of credentials. */
  leastHeadroom(): Promise<{ providerKey: string; access: string; share: number }[]>;
}

const delivering = connectionStates.filter(schedulesRun);
const windows = Object.entries(limitWindowsMs)
  .map(([name, windowMs]) => `WHEN '${name}' THEN ${windowMs}`)
  .join(' ');
const applying = connectionStates.filter((state) => !holdsEvents(state));

export function countStore({ sequelize }: AppDb): CountStore {
  return {
    connections: () =>
      select(
        sequelize,
        'SELECT provider_key AS providerKey, state, COUNT(*) AS `count` FROM integration_connections GROUP BY provider_key, state',
        {},
      ),

    applying: () =>
      select(sequelize, 'SELECT id, provider_key AS providerKey FROM integration_connections WHERE state IN (:applying)', {
        applying,
      }),

    oldestSuccess: (now) =>
      select(
        sequelize,
        `SELECT provider_key AS providerKey, MAX(TIMESTAMPDIFF(SECOND, COALESCE(last_success_at, created_at), :now)) AS ageS
         FROM integration_connections WHERE state IN (:delivering) GROUP BY provider_key`,
        { delivering, now: sqlTime(now) },
      ),

    runsUnderWay: () =>
      select(
        sequelize,
        `SELECT c.provider_key AS providerKey, COUNT(*) AS \`count\` FROM integration_sync_jobs j
         JOIN integration_connections c ON c.id = j.connection_id WHERE j.running_run_id IS NOT NULL GROUP BY c.provider_key`,
        {},
      ),

    // By company, because the index of open items begins with it; closed ones, which only grow in number, are never touched.
    openQueueItems: () =>
      select(
        sequelize,
        `SELECT q.kind, q.state, COUNT(*) AS \`count\` FROM companies c
         STRAIGHT_JOIN integration_error_queue q FORCE INDEX (integration_error_queue_by_company)
           ON q.company_id = c.id AND q.state IN (:openQueueStates)
         GROUP BY q.kind, q.state`,
        { openQueueStates },
      ),

    openIncidents: () =>
      select(
        sequelize,
        `SELECT open.rung, COUNT(*) AS \`count\`
         FROM (SELECT CAST(COALESCE((SELECT MAX(a.rung) FROM incident_alerts a WHERE a.incident_id = e.id), 0) AS SIGNED) AS rung
               FROM escalations e WHERE e.open_cause IS NOT NULL) open
         GROUP BY open.rung`,
        {},
      ),

    async openTasks() {
      const [row] = await select<{ count: number }>(
        sequelize,
        'SELECT COUNT(*) AS `count` FROM admin_tasks WHERE open_subject IS NOT NULL',
        {},
      );
      return row!.count;
    },

    // What a provider said longer ago than its limit's window holds no more.
    async leastHeadroom() {
      const rows = await select<{ providerKey: string; access: string; share: string }>(
        sequelize,
        `SELECT c.provider_key AS providerKey, t.kind AS access, MIN(v.quota_remaining / v.quota_limit) AS share
         FROM integration_vitals v JOIN integration_connections c ON c.id = v.connection_id
         JOIN integration_tokens t ON t.connection_id = c.id AND t.state = 'active'
         WHERE c.state IN (:delivering) AND v.quota_limit > 0
           AND ${elapsedMs('v.quota_at')} < CASE v.quota_name ${windows} ELSE 0 END
         GROUP BY c.provider_key, t.kind`,
        { delivering },
      );
      return rows.map((row) => ({ ...row, share: Number(row.share) }));
    },
  };
}
