/**
 * The engine as in production: both databases, Temporal, the workers with their real bundle, the HTTP API on a port, and the
 * sandbox as the far end. Everything is its own and thrown away by `stop`.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Client } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import { pino, type Logger } from 'pino';
import type { ActivityDeps } from '../../activities/deps.ts';
import { createApp } from '../../api/app.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createWebhookSecrets } from '../../api/webhooks/secrets.ts';
import { wakeDrain } from '../../api/webhooks/wake-drain.ts';
import { createWaker } from '../../api/webhooks/wake.ts';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { openDatabase } from '../../db/database.ts';
import { createTrafficStores, type TrafficStores } from '../../db/traffic/stores/index.ts';
import { taskQueues, type TaskQueue } from '../../domain/workflow-ids.ts';
import { providerRows, getProvider } from '../../providers/registry.ts';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import { providerHttp } from '../../workers/provider-http.ts';
import { sdkLogger } from '../../workers/sdk-logger.ts';
import { temporalPort } from '../../workers/temporal-port.ts';
import { startWorkers } from '../../workers/worker.ts';
import { findInHistories } from './canary.ts';
import { freshDatabases } from './mysql.ts';
import { startTemporal, type TemporalOptions } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface Engine {
  app: AppStores;
  traffic: TrafficStores;
  client: Client;
  sandbox: RunningSandbox;
  /** What the activities work with; for activities that a test runs by themselves. */
  deps: ActivityDeps;
  /** Where the API listens, and what providers call. */
  url: string;
  notifier: TwilioAccount;
  /** Values that no history and no log line may hold; the scene adds to them. */
  canaries: Set<string>;
  /** Every log line of API and workers so far. */
  logLines: string[];
  /** Where the canaries were found, in histories and log lines; empty when all is well. */
  leaks(): Promise<string[]>;
  stop(): Promise<void>;
}

/** An account in the sandbox. */
export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  number: string;
}

export interface EngineOptions extends TemporalOptions {
  queues?: TaskQueue[];
}

/** A call to the sandbox that is not answered ends soon, so that a test of lost answers takes no half minute. */
const httpTimeoutMs = 1_500;

/** What Temporal's SDK logged in this process, in the form that the worker process writes it. */
const sdkLines: string[] = [];
Runtime.install({
  logger: sdkLogger(pino({ level: 'info' }, { write: (line: string) => void sdkLines.push(line) })),
  shutdownSignals: [],
});

export async function startEngine({
  queues = Object.keys(taskQueues) as TaskQueue[],
  ...options
}: EngineOptions = {}): Promise<Engine> {
  const [databases, temporal, sandbox, bundle] = await Promise.all([
    freshDatabases(),
    startTemporal(options),
    startSandbox(),
    workflowBundle(),
  ]);
  const masterKey = randomBytes(32);
  const appDatabase = openDatabase(databases.appUrl, { poolMax: 10 });
  const trafficDatabase = openDatabase(databases.trafficUrl, { poolMax: 10 });
  const app = createAppStores(appDatabase, { masterKey });
  const traffic = createTrafficStores(trafficDatabase, { masterKey, encryptPayloads: true });
  await app.providers.sync(providerRows());

  const canaries = new Set<string>();
  const logLines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logLines.push(line) });
  const notifier = await createTwilioAccount({ sandbox, canaries });
  const client = temporal.client;
  const server = createServer();
  const url = await listen(server);
  const api = serveApi(server, { app, traffic, client, log, url });

  const deps: ActivityDeps = {
    app,
    traffic,
    getProvider,
    httpFor: providerHttp({ baseUrls: { twilio: `${sandbox.url}/twilio` }, logs: traffic.logs, log, timeoutMs: httpTimeoutMs }),
    temporal: temporalPort(client),
    notifier: {
      providerKey: 'twilio',
      credentials: { accountSid: notifier.accountSid, authToken: notifier.authToken },
      from: notifier.number,
    },
    publicUrl: url,
    now: () => new Date(),
  };
  const workers = await startWorkers({
    connection: temporal.nativeConnection,
    namespace: temporal.namespace ?? 'default',
    deps,
    queues,
    shutdownGraceMs: 1_000,
    bundle,
  });

  return {
    app,
    traffic,
    client,
    sandbox,
    deps,
    url,
    notifier,
    canaries,
    logLines,
    leaks: async () => [
      ...(await findInHistories(client, canaries)),
      ...[...logLines, ...sdkLines].filter((line) => [...canaries].some((canary) => line.includes(canary))),
    ],
    async stop() {
      await workers.stop();
      await sandbox.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await api.settled();
      await temporal.teardown();
      await Promise.all([appDatabase.close(), trafficDatabase.close()]);
      await databases.drop();
    },
  };
}

/** A Twilio account of its own, with `messages` in its past. */
export async function createTwilioAccount(
  { sandbox, canaries }: Pick<Engine, 'sandbox' | 'canaries'>,
  { messages = 0, messageDays = 29, ...more }: { messages?: number; messageDays?: number; [option: string]: unknown } = {},
): Promise<TwilioAccount> {
  const number = freshNumber();
  const { sid, authToken } = await sandbox.control<{ sid: string; authToken: string }>('twilio', 'createAccount', {
    ...more,
    numbers: [{ phoneNumber: number }],
    messages,
    messageDays,
  });
  canaries.add(authToken).add(number);
  return { accountSid: sid, authToken, number };
}

let numbers = 0;
/** A phone number that nobody else in this test file has. */
export function freshNumber(): string {
  numbers += 1;
  return `+1415${String(2_000_000 + (process.pid % 1000) * 5_000 + numbers)}`;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serveApi(
  server: Server,
  { app, traffic, client, log, url }: Pick<Engine, 'app' | 'traffic' | 'client' | 'url'> & { log: Logger },
): { settled(): Promise<void> } {
  const api = createApp(
    {
      stores: app,
      traffic,
      temporal: client,
      log,
      metrics: createMetrics(),
      waker: createWaker({
        send: (target) => wakeDrain(client, target),
        windowMs: 50,
        retryMs: { first: 100, max: 1_000 },
        log,
      }),
      webhookSecrets: createWebhookSecrets(app.credentials, 0),
      publicUrl: url,
      temporalUiUrl: 'http://127.0.0.1:8233',
      answerWithinMs: 20_000,
    },
    { appDatabase: async () => undefined, trafficDatabase: async () => undefined, temporal: async () => undefined },
  );
  server.on('request', api.http);
  return api;
}
