/** What comes by webhook, hour by hour: judged when the hour is over, so that nothing coming is noticed as well. */
import type { Baseline } from '../db/app/stores/baselines.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { Hour } from '../domain/anomaly.ts';
import { slotReader } from '../domain/baseline.ts';
import { isLaunched } from '../domain/drift.ts';
import { judgeFigures, webhooks } from './anomalies.ts';
import type { ActivityDeps } from './deps.ts';

const hourMs = 3_600_000;
const pageSize = 200;
/** Hours in which nobody looked are judged afterwards, as far back as this. */
const hoursBack = 24;

/**
 * Judges the hours before `end`, a full hour, that were not judged yet. A connection counts from the first hour in which anything came.
 * Several processes at once judge each hour once. Answers how many hours of connections were judged.
 */
export async function watchArrivals({ app, traffic }: Pick<ActivityDeps, 'app' | 'traffic'>, end: Date): Promise<number> {
  const watched = await watchedConnections(app);
  const from = watched.reduce(
    (least, { known }) => Math.min(least, known ? known.getTime() + hourMs : least),
    end.getTime() - hourMs,
  );
  const earliest = new Date(Math.max(from, end.getTime() - hoursBack * hourMs));
  if (earliest >= end) return 0;
  const counts = await traffic.events.arrivals({ from: earliest, until: end });
  let judged = 0;
  for (const { connection, known } of watched)
    judged += await judgeHours(app, connection, { earliest, end, known }, counts.get(connection.id));
  return judged;
}

/** Those that are launched, with the newest hour of each that was judged. */
async function watchedConnections(app: ActivityDeps['app']): Promise<{ connection: Connection; known: Date | undefined }[]> {
  const watched = [];
  let cursor: string | undefined;
  do {
    const page = await app.connections.list({ limit: pageSize, cursor });
    const launched = page.items.filter(({ state }) => isLaunched(state));
    const known = await app.baselines.knownUntil(
      launched.map(({ id }) => id),
      webhooks,
    );
    watched.push(...launched.map((connection) => ({ connection, known: known.get(connection.id) })));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return watched;
}

async function judgeHours(
  app: ActivityDeps['app'],
  connection: Connection,
  { earliest, end, known }: { earliest: Date; end: Date; known: Date | undefined },
  counts: ReadonlyMap<number, number> = new Map(),
): Promise<number> {
  const first = Math.max(known ? known.getTime() + hourMs : Math.min(...counts.keys()), earliest.getTime());
  if (first >= end.getTime()) return 0;
  let judged = 0;
  const timeZone = (await app.companies.find(connection.companyId))?.timeZone ?? 'UTC';
  const slotOf = slotReader(timeZone);
  for (let hour = first; hour < end.getTime(); hour += hourMs) {
    const value = counts.get(hour) ?? 0;
    const figures = [{ measure: 'events_hourly' as const, value, of: 1 }];
    const moment = { connection, subject: webhooks, object: null, at: new Date(hour), figures };
    await judgeFigures({ app }, moment, (baseline) => [
      ...hoursBefore(baseline, hour, slotOf),
      { slot: slotOf(new Date(hour)), value },
    ]);
    judged += 1;
  }
  return judged;
}

/** The hours right before this one, oldest first, as far back as each of them counts as usual. */
function hoursBefore(baseline: Baseline, hour: number, slotOf: (at: Date) => number): Hour[] {
  const samples = baseline.get('events_hourly');
  const hours: Hour[] = [];
  for (let before = hour - hourMs; hours.length < hoursBack - 1; before -= hourMs) {
    const slot = slotOf(new Date(before));
    const sample = samples?.get(slot)?.find(({ at }) => at * 1000 === before);
    if (!sample) break;
    hours.unshift({ slot, value: sample.value });
  }
  return hours;
}
