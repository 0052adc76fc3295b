import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { allProviders } from '../providers/registry.ts';

export const webhookOutcomes = [
  'stored',
  'signature_missing',
  'signature_unknown',
  'signature_expired',
  'malformed',
  'too_large',
  'aborted',
  'unsupported_type',
  'unknown_connection',
  'unknown_account',
  'disconnected',
  'unavailable',
  'failed',
] as const;
export type WebhookOutcome = (typeof webhookOutcomes)[number];

export type ReplyOutcome =
  | 'acknowledged'
  | 'already'
  | 'nothing_open'
  | 'not_allowed'
  | 'not_understood'
  | 'stopped'
  | 'started'
  | 'unknown_number'
  | 'ignored'
  | 'failed'
  | 'refused';

export type Metrics = ReturnType<typeof createMetrics>;

/** What Prometheus reads at `/metrics`. Labels are few and fixed: never an id of a company or a connection. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'linkwright_' });
  const registers = [registry];
  const metrics = {
    registry,
    webhooks: new Counter({
      name: 'linkwright_webhooks_total',
      help: 'Inbound webhook requests by provider and outcome.',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    refusedConnections: new Counter({
      name: 'linkwright_connections_refused_total',
      help: 'Connections that were closed at once because API_CONNECTIONS_MAX were open.',
      registers,
    }),
    events: new Counter({
      name: 'linkwright_events_total',
      help: 'Inbound events that were committed, by whether they were new.',
      labelNames: ['result'],
      registers,
    }),
    unknownAccountEvents: new Counter({
      name: 'linkwright_events_unknown_account_total',
      help: 'Signed events of accounts that no connection here is of; they are answered and not kept.',
      labelNames: ['provider'],
      registers,
    }),
    noticeReplies: new Counter({
      name: 'linkwright_notice_replies_total',
      help: 'Answers by SMS to notices about incidents, by what became of them; those of a number that nobody here has change nothing.',
      labelNames: ['outcome'],
      registers,
    }),
    waitingRequests: new Gauge({
      name: 'linkwright_webhooks_waiting',
      help: 'Webhook requests that wait for the next commit.',
      registers,
    }),
    commits: new Histogram({
      name: 'linkwright_webhook_commit_requests',
      help: 'Webhook requests joined into one commit.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
      registers,
    }),
    wakeFailures: new Counter({
      name: 'linkwright_wake_failures_total',
      help: 'Wake-ups of the drain workflow that failed and are tried again.',
      registers,
    }),
    unknownConsents: new Counter({
      name: 'linkwright_consent_answers_unknown_total',
      help: 'Answers to consents that nobody asked for here: made up, or older than a day.',
      registers,
    }),
    requests: new Histogram({
      name: 'linkwright_http_request_seconds',
      help: 'Time to answer a request, by route and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
  };

  // A series that appears with its first event has no rate.
  for (const { key: provider, webhook } of allProviders())
    if (webhook?.accountOf) metrics.unknownAccountEvents.inc({ provider }, 0);
  return metrics;
}
