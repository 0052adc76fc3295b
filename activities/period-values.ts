import { heartbeat } from '@temporalio/activity';
import type { Connection } from '../db/app/stores/connections.ts';
import { definitionOf } from '../domain/metrics.ts';
import { isDue, periodAt, periodBefore, periodKinds, type Period } from '../domain/periods.ts';
import type { ActivityDeps } from './deps.ts';

/** Rows of one transaction may become visible this long after the time that stands in them. */
const lateCommitMs = 3_600_000;

/**
 * Takes a connection's values of the weeks and months that are due: those under way, those that have ended, and those in which something
 * arrived late. Answers how many were taken. Repeatable.
 */
export async function takePeriods({ app, getProvider }: ActivityDeps, connection: Connection, timeZone: string): Promise<number> {
  const now = await app.metrics.now();
  const { id: connectionId, companyId } = connection;
  const taken = await app.periodValues.taken(connectionId);
  const shown = await app.metrics.shown(connectionId);
  const late = await arrivedLate(app, connectionId, taken);
  const under = periodKinds.map((kind) => periodAt(kind, now, timeZone));
  const closed = [
    ...under.map((period) => periodBefore(period, timeZone)),
    ...late.flatMap((moment) => periodKinds.map((kind) => periodAt(kind, moment, timeZone))),
  ].filter((period) => period.end <= now);
  const overByKey = new Map(closed.map((period) => [period.key, period]));
  let count = 0;
  for (const metricKey of getProvider(connection.providerKey).metrics) {
    const { source } = definitionOf(metricKey);
    const isTouched = ({ start, end }: Period) => source === 'movement' && late.some((moment) => start <= moment && moment < end);
    // How things stand can be told of now alone: what a period that is over ended with, its last value says.
    const periods = source === 'deal' ? under : [...under, ...overByKey.values()];
    for (const period of periods) {
      const facts = {
        taken: taken.find((value) => value.metricKey === metricKey && value.key === period.key),
        now,
        since: connection.createdAt,
        changedAt: shown.get(metricKey)?.at ?? null,
      };
      if (!isDue(period, { ...facts, touched: facts.taken !== undefined && isTouched(period) })) continue;
      const ids = { companyId, connectionId, metricKey };
      await app.periodValues.take({ ...ids, period, at: now, ...(source === 'deal' && { asOf: now }) });
      heartbeat();
      count += 1;
    }
  }
  return count;
}

async function arrivedLate(
  { periodValues }: ActivityDeps['app'],
  connectionId: string,
  taken: { takenAt: Date }[],
): Promise<Date[]> {
  if (taken.length === 0) return [];
  const last = Math.max(...taken.map(({ takenAt }) => takenAt.getTime()));
  return periodValues.arrivals(connectionId, new Date(last - lateCommitMs));
}
