/** Events that wait, over many connections, for metrics. The index of waiting events begins with the connection. */
import { elapsedMs, select } from '../../sql.ts';
import type { TrafficDb } from '../context.ts';

export interface BacklogStore {
  /** Connections without waiting events are left out. */
  waiting(connectionIds: string[]): Promise<{ connectionId: string; count: number }[]>;
  /** How long the oldest has waited, by this database's clock. */
  oldestMs(connectionIds: string[]): Promise<{ connectionId: string; waitedMs: number }[]>;
}

/** Connections in one statement. */
const chunkSize = 500;

export function backlogStore({ sequelize }: TrafficDb): BacklogStore {
  async function inChunks<Row extends object>(connectionIds: string[], sql: string): Promise<Row[]> {
    const rows: Row[] = [];
    for (let from = 0; from < connectionIds.length; from += chunkSize)
      rows.push(...(await select<Row>(sequelize, sql, { connectionIds: connectionIds.slice(from, from + chunkSize) })));
    return rows;
  }

  return {
    waiting: (connectionIds) =>
      inChunks(
        connectionIds,
        `SELECT connection_id AS connectionId, COUNT(*) AS \`count\`
         FROM integration_raw_events FORCE INDEX (integration_raw_events_waiting)
         WHERE connection_id IN (:connectionIds) AND state = 'stored' GROUP BY connection_id`,
      ),

    oldestMs: (connectionIds) =>
      inChunks(
        connectionIds,
        `SELECT e.connection_id AS connectionId, ${elapsedMs('e.stored_at')} AS waitedMs FROM integration_raw_events e
         JOIN (SELECT MIN(id) AS id FROM integration_raw_events FORCE INDEX (integration_raw_events_waiting)
               WHERE connection_id IN (:connectionIds) AND state = 'stored' GROUP BY connection_id) oldest ON oldest.id = e.id`,
      ),
  };
}
