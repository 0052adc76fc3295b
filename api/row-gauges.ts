/** Every gauge that is counted from rows when `/metrics` is asked. A new one is an entry here, and a line in docs/observability.md. */
import { openQueueStates } from '../db/app/stores/counts.ts';
import { connectionStates } from '../domain/connection-state.ts';
import { queueKinds } from '../domain/failed-work.ts';
import { allProviders } from '../providers/registry.ts';
import type { RowGauge, Sample } from '../telemetry/row-gauges.ts';
import type { Deps } from './deps.ts';

type Sources = Pick<Deps, 'stores' | 'traffic'>;

const provider = allProviders().map(({ key }) => key);
/** Those that tell of their limits. */
const limited = allProviders().filter(({ quotaOf }) => quotaOf);
const byProvider = (rows: { providerKey: string; count: number }[]): Sample[] =>
  rows.map(({ providerKey, count }) => ({ labels: { provider: providerKey }, value: count }));

export const rowGauges: RowGauge<Sources>[] = [
  {
    name: 'linkwright_connections_stale',
    help: 'Connections that should deliver and whose last good run is too long ago.',
    read: async ({ stores }) => [{ value: await stores.health.countStale(new Date()) }],
  },
  {
    name: 'linkwright_circuit_open',
    help: 'Connections whose provider is away, so that nothing more is asked of it until a probe is answered.',
    read: async ({ stores }) => [{ value: await stores.circuits.countOpen() }],
  },
  {
    name: 'linkwright_watch_leaders',
    help: 'API processes that watch for stale connections and for Temporal: 1. At 0 nobody notices silence.',
    read: async ({ stores }) => [{ value: await stores.watch.countLeaders() }],
  },
  {
    name: 'linkwright_connections',
    help: 'Connections by provider and state.',
    labels: { provider, state: connectionStates },
    read: async ({ stores }) =>
      (await stores.counts.connections()).map(({ providerKey, state, count }) => ({
        labels: { provider: providerKey, state },
        value: count,
      })),
  },
  {
    name: 'linkwright_freshness_age_seconds',
    help: 'Time since the last good run of the connection that should deliver and has waited longest.',
    labels: { provider },
    read: async ({ stores }) =>
      (await stores.counts.oldestSuccess(new Date())).map(({ providerKey, ageS }) => ({
        labels: { provider: providerKey },
        value: ageS,
      })),
  },
  {
    name: 'linkwright_runs_under_way',
    help: 'Sync runs under way.',
    labels: { provider },
    read: async ({ stores }) => byProvider(await stores.counts.runsUnderWay()),
  },
  {
    name: 'linkwright_queue_items',
    help: 'Open items of the queue of failed work; dead ones wait for a person.',
    labels: { kind: queueKinds, state: openQueueStates },
    read: async ({ stores }) =>
      (await stores.counts.openQueueItems()).map(({ kind, state, count }) => ({ labels: { kind, state }, value: count })),
  },
  {
    name: 'linkwright_incidents_open',
    help: 'Open incidents by the highest rung of the ladder that was told; 0 where nobody was told yet.',
    labels: { rung: ['0', '1', '2', '3'] },
    read: async ({ stores }) =>
      (await stores.counts.openIncidents()).map(({ rung, count }) => ({ labels: { rung: String(rung) }, value: count })),
  },
  {
    name: 'linkwright_tasks_open',
    help: 'Open tasks for people.',
    read: async ({ stores }) => [{ value: await stores.counts.openTasks() }],
  },
  {
    name: 'linkwright_provider_headroom_ratio',
    help: 'What is left of the provider’s limit (1: all of it) for the connection that has least of it left, by its kind of access.',
    labels: {
      provider: limited.map(({ key }) => key),
      access: [...new Set(limited.flatMap(({ auth }) => auth.map(({ kind }) => kind)))],
    },
    none: 1,
    read: async ({ stores }) =>
      (await stores.counts.leastHeadroom()).map(({ providerKey, access, share }) => ({
        labels: { provider: providerKey, access },
        value: share,
      })),
  },
  {
    name: 'linkwright_events_waiting',
    help: 'Stored events of connections that should apply them at once.',
    labels: { provider },
    async read({ stores, traffic }) {
      const { providerOf, ids } = await applying(stores);
      return perProvider(
        await traffic.backlog.waiting(ids),
        ({ connectionId, count }) => [providerOf.get(connectionId)!, count],
        (a, b) => a + b,
      );
    },
  },
  {
    name: 'linkwright_events_oldest_waiting_seconds',
    help: 'How long the oldest stored event of a connection that should apply it has waited.',
    labels: { provider },
    async read({ stores, traffic }) {
      const { providerOf, ids } = await applying(stores);
      const waits = await traffic.backlog.oldestMs(ids);
      return perProvider(waits, ({ connectionId, waitedMs }) => [providerOf.get(connectionId)!, waitedMs / 1_000], Math.max);
    },
  },
];

async function applying(stores: Sources['stores']) {
  const connections = await stores.counts.applying();
  return {
    ids: connections.map(({ id }) => id),
    providerOf: new Map(connections.map(({ id, providerKey }) => [id, providerKey])),
  };
}

/** One sample for each provider, of the numbers of its connections. */
function perProvider<Row>(rows: Row[], of: (row: Row) => [string, number], join: (a: number, b: number) => number): Sample[] {
  const values = new Map<string, number>();
  for (const row of rows) {
    const [key, value] = of(row);
    values.set(key, join(values.get(key) ?? 0, value));
  }
  return [...values].map(([key, value]) => ({ labels: { provider: key }, value }));
}
