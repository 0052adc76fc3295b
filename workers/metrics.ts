import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { finalFailureCodes, failureCodes } from '../domain/failure.ts';
import { allProviders } from '../providers/registry.ts';

export const providerCallOutcomes = [
  'ok',
  'rate_limited',
  'refused',
  'server_error',
  'timeout',
  'connection',
  'truncated',
  'address',
  'cancelled',
] as const;
export type ProviderCallOutcome = (typeof providerCallOutcomes)[number];

export const renewalOutcomes = ['renewed', 'superseded', 'refused', 'answer_lost', 'lost'] as const;
export type RenewalOutcome = (typeof renewalOutcomes)[number];

const runOutcomes = ['succeeded', 'failed', 'cancelled', 'skipped'] as const;

export type WorkerMetrics = ReturnType<typeof createWorkerMetrics>;

/** What Prometheus reads of the workers, beside the SDK's own. Labels are few and fixed: never an id of a company or a connection. */
export function createWorkerMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'linkwright_' });
  const registers = [registry];
  let polling: () => Record<string, boolean> = () => ({});
  const metrics = {
    registry,
    /** From where the gauge of polled queues knows. */
    watchPolling(look: typeof polling) {
      polling = look;
    },
    runs: new Counter({
      name: 'linkwright_runs_total',
      help: 'Sync runs that ended, by provider and outcome.',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    runTime: new Histogram({
      name: 'linkwright_run_seconds',
      help: 'From the opening of a sync run to its end.',
      labelNames: ['provider'],
      buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600],
      registers,
    }),
    records: new Counter({
      name: 'linkwright_run_records_total',
      help: 'Records of sync runs that ended, by what became of them.',
      labelNames: ['provider', 'result'],
      registers,
    }),
    eventLag: new Histogram({
      name: 'linkwright_event_lag_seconds',
      help: 'From the storing of an inbound event to its being applied, by the clocks of database and worker.',
      labelNames: ['provider'],
      buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800],
      registers,
    }),
    events: new Counter({
      name: 'linkwright_events_settled_total',
      help: 'Stored events that were applied, or went to the queue of failed work.',
      labelNames: ['provider', 'result'],
      registers,
    }),
    providerCalls: new Histogram({
      name: 'linkwright_provider_request_seconds',
      help: 'Time of a call to a provider, its answer read, by how it ended.',
      labelNames: ['provider', 'outcome'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    renewals: new Counter({
      name: 'linkwright_token_renewals_total',
      help: 'Renewals of access tokens by how they ended; lost: a person must authorise again.',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    deliveries: new Counter({
      name: 'linkwright_deliveries_total',
      help: 'Attempts to send a message, by what came of them.',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    notices: new Counter({
      name: 'linkwright_notices_total',
      help: 'Rungs of an escalation ladder that were climbed, by whether anybody could be told.',
      labelNames: ['outcome'],
      registers,
    }),
    repairs: new Counter({
      name: 'linkwright_reconcile_repairs_total',
      help: 'Repairs made where the database and Temporal had come apart.',
      registers,
    }),
    passes: new Counter({
      name: 'linkwright_reconcile_passes_total',
      help: 'Passes that compared the database with Temporal to their end.',
      registers,
    }),
    activityFailures: new Counter({
      name: 'linkwright_activity_failures_total',
      help: 'Attempts of activities that failed, by failure code; final ones are not repeated by themselves.',
      labelNames: ['activity', 'code', 'final'],
      registers,
    }),
    queues: new Gauge({
      name: 'linkwright_worker_polling',
      help: 'Whether this process polls the task queue: 1, or 0 while its worker drains, stops or has failed.',
      labelNames: ['queue'],
      registers,
      collect() {
        for (const [queue, polls] of Object.entries(polling())) this.set({ queue }, polls ? 1 : 0);
      },
    }),
  };

  // An alert on a rate must see the first failure: a series that appears with it has no rate.
  for (const outcome of ['told', 'nobody_told', 'given_up']) metrics.notices.inc({ outcome }, 0);
  for (const { key: provider, sendMessage } of allProviders()) {
    for (const outcome of sendMessage ? ['delivered', 'undelivered', 'failed'] : [])
      metrics.deliveries.inc({ provider, outcome }, 0);
    for (const outcome of runOutcomes) metrics.runs.inc({ provider, outcome }, 0);
    for (const outcome of renewalOutcomes) metrics.renewals.inc({ provider, outcome }, 0);
    for (const outcome of providerCallOutcomes) metrics.providerCalls.zero({ provider, outcome });
    for (const result of ['applied', 'rejected']) metrics.events.inc({ provider, result }, 0);
    metrics.eventLag.zero({ provider });
    metrics.runTime.zero({ provider });
  }
  return metrics;
}

/** Codes of failures that are not of ours (a time-out of Temporal's, an unknown error) are told as one. */
export const codeLabel = (type: string | null | undefined) =>
  (failureCodes as readonly string[]).includes(type ?? '') ? type! : 'other';
export const isFinalCode = (code: string) => (finalFailureCodes as readonly string[]).includes(code);
