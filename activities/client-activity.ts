import type { Connection } from '../db/app/stores/connections.ts';
import type { ClientActivity } from '../db/traffic/stores/activity.ts';
import { activitySentence, toldMetrics } from '../domain/client-activity.ts';
import { localDay, startOfDay } from '../domain/periods.ts';
import type { ActivityDeps } from './deps.ts';

/**
 * Tells after each good run what happened for the client today and yesterday, by the company's days: one row for each connection, metric
 * and day, brought up to date, because a row for each run would be hundreds a day. Repeatable.
 */
export async function tellActivity({ app, traffic, getProvider }: ActivityDeps, connection: Connection): Promise<void> {
  const { id: connectionId, companyId, providerKey } = connection;
  const metricKeys = getProvider(providerKey).metrics.filter((metricKey) => toldMetrics.includes(metricKey));
  if (metricKeys.length === 0) return;
  const zone = (await app.companies.find(companyId))?.timeZone ?? 'UTC';
  const now = await app.metrics.now();
  const today = startOfDay(localDay(now, zone), zone);
  const yesterday = startOfDay(localDay(new Date(today.getTime() - 1), zone), zone);
  const rows: ClientActivity[] = [];
  for (const metricKey of metricKeys)
    for (const { from, until } of [
      { from: yesterday, until: today },
      { from: today, until: new Date(now.getTime() + 1) },
    ]) {
      const day = localDay(from, zone);
      const { value } = await app.metrics.computeBetween(connectionId, metricKey, from, until);
      const sentence = activitySentence(metricKey, value, day);
      const at = new Date(until.getTime() - 1);
      if (sentence) rows.push({ companyId, connectionId, at, kind: metricKey, sentence, subject: day });
    }
  await traffic.activity.append(rows);
}
