/**
 * The engine as in production: both databases, Temporal, the workers with their real bundle, the HTTP API on a port, and the
 * sandbox as the far end. Everything is its own and thrown away by `stop`.
 */
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { pino, type Logger } from 'pino';
import type { Sequelize } from 'sequelize';
import { createCircuits } from '../../activities/circuits.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { createApp } from '../../api/app.ts';
import { createHttpServer } from '../../api/http-server.ts';
import type { Deps } from '../../api/deps.ts';
import { createLimits } from '../../api/limits.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createWebhookTargets } from '../../api/webhooks/targets.ts';
import { wakePushes } from '../../api/wake-pushes.ts';
import { wakeDrain } from '../../api/webhooks/wake-drain.ts';
import { createWaker } from '../../api/webhooks/wake.ts';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { keyChangeStore } from '../../db/app/stores/key-changes.ts';
import { openDatabase } from '../../db/database.ts';
import { createTrafficStores, type TrafficStores } from '../../db/traffic/stores/index.ts';
import { circuitPolicy, type CircuitPolicy } from '../../domain/circuit.ts';
import { taskQueues, type TaskQueue } from '../../domain/workflow-ids.ts';
import { createKeyChanges } from '../../keys/key-changes.ts';
import { createNotices, type NoticesOptions } from '../../notices/index.ts';
import { createEgress } from '../../providers/egress.ts';
import { openKeyring, type Keyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import type { OAuthClient } from '../../providers/oauth.ts';
import { providerRows, getProvider as getRegistered } from '../../providers/registry.ts';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { payloadCodec } from '../../temporal/payload-codec.ts';
import { callLog, providerHttp } from '../../workers/provider-http.ts';
import { sdkLogger } from '../../workers/sdk-logger.ts';
import { temporalPort } from '../../workers/temporal-port.ts';
import { keepQuotas } from '../../workers/quotas.ts';
import { startProbes } from '../../workers/probes.ts';
import { startWorkers } from '../../workers/worker.ts';
import { findInHistories } from './canary.ts';
import { baseUrlsOf, createOAuthApp } from './hubspot-account.ts';
import { freshDatabases } from './mysql.ts';
import { noLimits } from './no-limits.ts';
import { startTemporal, type TemporalOptions } from './temporal.ts';
import { createTwilioAccount, type TwilioAccount } from './twilio-account.ts';
import { workflowBundle } from './workflow-bundle.ts';

export interface Engine {
  app: AppStores;
  /** For a look at rows, past the stores. */
  appDatabase: Sequelize;
  traffic: TrafficStores;
  /** Opens what Temporal stores. */
  codec: PayloadCodec;
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

export interface EngineOptions extends TemporalOptions {
  queues?: TaskQueue[];
  /** The providers that activities work with, where a test needs one that the registry does not have. */
  getProvider?: ActivityDeps['getProvider'];
  /** The mail server of the platform; none when absent. */
  email?: NoticesOptions['email'];
  circuits?: CircuitPolicy;
  /** How often webhooks of one connection wake its drain; often, so that tests wait little. */
  wakeWindowMs?: { first: number; max: number };
}

/** Opens as in production, and is soon tried again. */
const quickCircuits: CircuitPolicy = { ...circuitPolicy, firstOpenMs: 200, maxOpenMs: 1_000 };

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
  wakeWindowMs = { first: 50, max: 50 },
  getProvider = getRegistered,
  email,
  circuits = quickCircuits,
  ...options
}: EngineOptions = {}): Promise<Engine> {
  const [databases, temporal, sandbox, bundle] = await Promise.all([
    freshDatabases(),
    startTemporal(options),
    startSandbox(),
    workflowBundle(),
  ]);
  const appDatabase = openDatabase(databases.appUrl, { poolMax: 10 });
  const trafficDatabase = openDatabase(databases.trafficUrl, { poolMax: 10 });
  const masterKeys = [localMasterKey(randomBytes(32))];
  const keyring = await openKeyring({ store: keyStore(appDatabase), masterKeys });
  const app = createAppStores(appDatabase, { keyring });
  const traffic = createTrafficStores(trafficDatabase, { keyring, encryptPayloads: true });
  await app.providers.sync(providerRows());

  const canaries = new Set<string>();
  const logLines: string[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void logLines.push(line) });
  const notifier = await createTwilioAccount({ sandbox, canaries });
  const namespace = temporal.namespace ?? 'default';
  const codec = payloadCodec(keyring);
  const converter = dataConverter(keyring);
  const client = new Client({ connection: temporal.connection, namespace, dataConverter: converter });
  const server = createHttpServer();
  const url = await listen(server);
  const oauthClients: Record<string, OAuthClient> = {
    hubspot: await createOAuthApp({ sandbox, canaries }, 'hubspot', url),
    salesforce: await createOAuthApp({ sandbox, canaries }, 'salesforce', url),
  };
  const clientIds = Object.fromEntries(Object.entries(oauthClients).map(([key, { clientId }]) => [key, clientId]));
  const oauth = { clientIds, baseUrls: baseUrlsOf(sandbox.url) };
  const api = serveApi(server, { app, traffic, keyring, codec, client, log, url, oauth, oauthClients, notifier, wakeWindowMs });

  const port = temporalPort(client);
  const deps: ActivityDeps = {
    app,
    traffic,
    keys: createKeyChanges({ store: keyChangeStore(appDatabase), masterKeys }),
    getProvider,
    httpFor: providerHttp({
      baseUrls: baseUrlsOf(sandbox.url),
      logs: traffic.logs,
      log,
      timeoutMs: httpTimeoutMs,
      sawQuota: keepQuotas({ health: app.health, log }),
    }),
    oauthClient: (key) => oauthClients[key] ?? null,
    temporal: port,
    circuits: createCircuits({
      store: app.circuits,
      log,
      policy: circuits,
      onClosed: (connection) => port.wakeEvents(connection),
    }),
    notices: createNotices({
      sms: {
        providerKey: 'twilio',
        credentials: { accountSid: notifier.accountSid, authToken: notifier.authToken },
        from: notifier.number,
      },
      email: email ?? null,
      baseUrls: baseUrlsOf(sandbox.url),
      egress: createEgress({ allow: ['127.0.0.1/32'] }),
      logCall: callLog({ logs: traffic.logs, log }),
      logPost: (call) => log.info(call, 'a notice was posted'),
      getProvider,
      timeoutMs: httpTimeoutMs,
    }),
    publicUrl: url,
    now: () => new Date(),
  };
  const workers = await startWorkers({
    connection: temporal.nativeConnection,
    namespace,
    dataConverter: converter,
    deps,
    queues,
    shutdownGraceMs: 1_000,
    bundle,
  });
  const probes = startProbes({ deps, log, policy: circuits, lookEveryMs: 100 });

  return {
    app,
    appDatabase,
    traffic,
    codec,
    client,
    sandbox,
    deps,
    url,
    notifier,
    canaries,
    logLines,
    leaks: async () => [
      ...(await findInHistories(client, codec, canaries)),
      ...[...logLines, ...sdkLines].filter((line) => [...canaries].some((canary) => line.includes(canary))),
    ],
    async stop() {
      await probes.stop();
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

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function serveApi(
  server: Server,
  {
    app,
    traffic,
    keyring,
    codec,
    client,
    log,
    url,
    oauth,
    oauthClients,
    notifier,
    wakeWindowMs,
  }: Pick<Engine, 'app' | 'traffic' | 'codec' | 'client' | 'url' | 'notifier'> & {
    log: Logger;
    keyring: Keyring;
    oauth: Deps['oauth'];
    oauthClients: Record<string, OAuthClient>;
  } & Required<Pick<EngineOptions, 'wakeWindowMs'>>,
): { settled(): Promise<void> } {
  const api = createApp(
    {
      stores: app,
      traffic,
      keyring,
      temporal: client,
      codec,
      log,
      metrics: createMetrics(),
      notifier: {
        providerKey: 'twilio',
        credentials: { accountSid: notifier.accountSid, authToken: notifier.authToken },
      },
      pushWaker: createWaker({
        send: (target) => wakePushes(client, target),
        windowMs: wakeWindowMs,
        retryMs: { first: 100, max: 1_000 },
        log,
      }),
      waker: createWaker({
        send: (target) => wakeDrain(client, target),
        windowMs: wakeWindowMs,
        retryMs: { first: 100, max: 1_000 },
        log,
      }),
      tokens: null,
      oidc: null,
      limits: createLimits(app.allowances, noLimits),
      trustProxy: false,
      webhookTargets: createWebhookTargets(app, { keepMs: 0, oauthClients }),
      publicUrl: url,
      corsOrigins: [],
      portalEmbedOrigins: [],
      oauth,
      temporalUiUrl: 'http://127.0.0.1:8233',
      answerWithinMs: 20_000,
    },
    { appDatabase: async () => undefined, trafficDatabase: async () => undefined, temporal: async () => undefined },
  );
  server.on('request', api.http);
  return api;
}
