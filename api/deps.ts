import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import type { AppStores } from '../db/app/stores/index.ts';
import type { TrafficStores } from '../db/traffic/stores/index.ts';
import type { Metrics } from './metrics.ts';
import type { Waker } from './webhooks/wake.ts';
import type { WebhookSecrets } from './webhooks/secrets.ts';

/** Everything that the API works with, made once at start and handed to every route. */
export interface Deps {
  stores: AppStores;
  traffic: TrafficStores;
  temporal: Client;
  log: Logger;
  metrics: Metrics;
  /** Wakes the workflow that drains a connection's stored events. */
  waker: Waker;
  webhookSecrets: WebhookSecrets;
  /** What providers call, without a trailing slash; webhook signatures are checked against it. */
  publicUrl: string;
  /** The Temporal UI's address, without a trailing slash. */
  temporalUiUrl: string;
  /** How long an HTTP request waits for a workflow's answer. */
  answerWithinMs: number;
}
