import type { Connection } from '../db/app/stores/connections.ts';
import type { HeldValue } from '../db/app/stores/held-values.ts';
import type { ShownValue } from '../db/app/stores/metrics.ts';
import { definitionOf, type MetricKey } from '../domain/metrics.ts';
import { judgeValue } from '../domain/plausible.ts';
import type { ActivityDeps } from './deps.ts';

/** Events come in many batches: what takes long to compute rests this long between two of them, and follows at the end of the drain. */
const restMs = 5_000;

/** What comes from deals takes seconds to compute where there are very many, what comes from messages takes milliseconds. */
type Which = 'all' | 'quick' | 'slow';

interface Before {
  shown: ShownValue | undefined;
  held: HeldValue | undefined;
}

/**
 * Computes the connection's metrics from its canonical rows and keeps them as the current values, with each company's share where
 * several feed the connection. A value that is not plausible is held back with one task for its people, and the last good one stays.
 * Repeatable.
 */
export async function saveMetrics(
  deps: ActivityDeps,
  connection: Connection,
  { runId, which = 'all' }: { runId?: string; which?: Which } = {},
): Promise<void> {
  const { app } = deps;
  const metricKeys = metricsOf(deps, connection, which);
  if (metricKeys.length === 0) return;
  // By the database's clock: of two workers, one whose clock is behind would keep what it counts out of sight.
  const at = await app.metrics.now();
  const isShared = await app.shares.isShared(connection.id);
  const shown = await app.metrics.shown(connection.id);
  const held = await app.heldValues.list(connection.id);
  for (const metricKey of metricKeys) {
    const before = { shown: shown.get(metricKey), held: held.find((value) => value.metricKey === metricKey) };
    await saveMetric(deps, connection, { metricKey, at, isShared, before, ...(runId && { runId }) });
  }
}

/** Milliseconds until what is slow may be computed again; `null` where nothing is. */
export async function slowMetricsDueIn(deps: ActivityDeps, connection: Connection): Promise<number | null> {
  const metricKeys = metricsOf(deps, connection, 'slow');
  if (metricKeys.length === 0) return null;
  const shown = await deps.app.metrics.shown(connection.id);
  const times = metricKeys.map((metricKey) => shown.get(metricKey)?.at.getTime() ?? 0);
  return Math.max(...times) + restMs - (await deps.app.metrics.now()).getTime();
}

function metricsOf(deps: ActivityDeps, { providerKey }: Connection, which: Which): MetricKey[] {
  const { metrics } = deps.getProvider(providerKey);
  return which === 'all' ? metrics : metrics.filter((metricKey) => isSlow(metricKey) === (which === 'slow'));
}

function isSlow(metricKey: MetricKey): boolean {
  const { source } = definitionOf(metricKey);
  return source === 'movement' || source === 'deal';
}

interface SaveMetricInput {
  metricKey: MetricKey;
  at: Date;
  isShared: boolean;
  before: Before;
  runId?: string;
}

async function saveMetric(deps: ActivityDeps, connection: Connection, input: SaveMetricInput): Promise<void> {
  const { app } = deps;
  const { metricKey, at, isShared, before, runId } = input;
  const ids = { companyId: connection.companyId, connectionId: connection.id, metricKey };
  const definition = definitionOf(metricKey);
  const shares =
    isShared && definition.share.how === 'own_rows'
      ? await app.shares.measure({ connectionId: ids.connectionId, metricKey, at })
      : null;
  const whole = shares?.whole ?? (await app.metrics.compute(ids.connectionId, metricKey, at));
  const verdict = judgeValue(definition, { value: whole.value, last: before.shown?.value ?? null });
  if (!verdict.plausible) {
    await askPerson(deps, connection, await app.heldValues.hold({ ...ids, ...whole, sentence: verdict.sentence, at }));
    return;
  }
  if (shares) await app.shares.keep({ connectionId: ids.connectionId, metricKey, at }, shares);
  await app.metrics.saveSnapshot({ ...ids, kind: 'current', ...whole, at, ...(runId && { runId }) });
  if (before.held) {
    await app.heldValues.release(before.held.id);
    await app.tasks.completeBySubject(before.held.id, 'A plausible value came.', 'engine');
  }
}

/** Once for each value that is held, however long it goes on. */
async function askPerson({ app }: ActivityDeps, { id: connectionId, companyId }: Connection, held: HeldValue): Promise<void> {
  if (held.review !== 'waiting' || (await app.tasks.everAbout(companyId, held.id))) return;
  await app.tasks.open({
    companyId,
    connectionId,
    cause: 'value_review',
    subject: held.id,
    sentence: `${held.sentence} The last good value is shown meanwhile. Look at the provider, then accept or reject the new value of ${held.metricKey}.`,
  });
}
