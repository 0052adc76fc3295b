import { select, sqlTime } from '../sql.ts';
import type { TrafficDb } from './context.ts';

const hourMs = 3_600_000;
/** Rows are stored in the order of their ids but for transactions that overlapped, none of which takes so long. */
const overlapMs = 60_000;

/**
 * How many webhooks of each connection were stored in each hour (by its start, in milliseconds) from one full hour until another.
 * There is no index by time, and ingest pays for each: so the first id is searched by halves, some forty look-ups by primary key, and only what came since is read.
 */
export async function arrivals(
  { sequelize }: TrafficDb,
  { from, until }: { from: Date; until: Date },
): Promise<Map<string, Map<number, number>>> {
  const rows = await select<{ connectionId: string; hour: number; arrived: number }>(
    sequelize,
    `SELECT connection_id AS connectionId, TIMESTAMPDIFF(HOUR, :from, stored_at) AS hour, COUNT(*) AS arrived
     FROM integration_raw_events
     WHERE id >= :first AND source = 'webhook' AND stored_at >= :from AND stored_at < :until
     GROUP BY connection_id, hour`,
    {
      from: sqlTime(from),
      until: sqlTime(until),
      first: await firstIdSince({ sequelize }, new Date(from.getTime() - overlapMs)),
    },
  );
  const counts = new Map<string, Map<number, number>>();
  for (const { connectionId, hour, arrived } of rows) {
    const hours = counts.get(connectionId) ?? new Map<number, number>();
    counts.set(connectionId, hours.set(from.getTime() + hour * hourMs, arrived));
  }
  return counts;
}

async function firstIdSince({ sequelize }: Pick<TrafficDb, 'sequelize'>, since: Date): Promise<number> {
  const [ends] = await select<{ least: number | null; most: number | null }>(
    sequelize,
    'SELECT MIN(id) AS least, MAX(id) AS most FROM integration_raw_events',
    {},
  );
  let [low, high] = [ends?.least ?? 0, (ends?.most ?? 0) + 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    // The next that is there: ids have gaps where connections were erased.
    const [row] = await select<{ id: number; isBefore: number }>(
      sequelize,
      'SELECT id, stored_at < :since AS isBefore FROM integration_raw_events WHERE id >= :middle ORDER BY id LIMIT 1',
      { middle, since: sqlTime(since) },
    );
    if (row?.isBefore) low = row.id + 1;
    else high = middle;
  }
  return low;
}
