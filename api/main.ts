/** Starts the API, and stops it in reverse: accept no more, finish what was accepted, then close what it stood on. */
import { Client, Connection } from '@temporalio/client';
import { loadConfig } from '../config/index.ts';
import { createAppStores } from '../db/app/stores/index.ts';
import { keyStore } from '../db/app/stores/data-keys.ts';
import { openDatabase } from '../db/database.ts';
import { createTrafficStores } from '../db/traffic/stores/index.ts';
import { openKeyring } from '../keys/keyring.ts';
import { openMasterKeys } from '../keys/open-master-keys.ts';
import { createNotices } from '../notices/index.ts';
import { appendCalls } from '../providers/call-log.ts';
import { createEgress } from '../providers/egress.ts';
import { providerRows } from '../providers/registry.ts';
import { createLog, openOutput } from '../telemetry/log.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { startTracing } from '../telemetry/tracing.ts';
import { clientTracing, inOwnTrace } from '../temporal/tracing.ts';
import { payloadCodec } from '../temporal/payload-codec.ts';
import { createApp } from './app.ts';
import { createHttpServer, usualLimits } from './http-server.ts';
import { createLimits } from './limits.ts';
import { createMetrics } from './metrics.ts';
import { createTokenKeys } from './token-keys.ts';
import { createTokens } from './tokens.ts';
import { peopleTeller } from './watch/tell-people.ts';
import { unservedQueues } from './watch/unserved-queues.ts';
import { startWatch } from './watch/watch.ts';
import { traceRequests } from './trace-requests.ts';
import { wakeDrain } from './webhooks/wake-drain.ts';
import { wakePushes } from './wake-pushes.ts';
import { createWebhookTargets } from './webhooks/targets.ts';
import { createWaker, usualWindowMs } from './webhooks/wake.ts';

const answerWithinMs = 60_000;

const config = loadConfig();
const output = openOutput();
const log = createLog({ level: config.logLevel, service: 'api' }, output.stream);

const { appUrl, trafficUrl, poolMax, tls: databaseTls } = config.database;
const appDatabase = openDatabase(appUrl, { poolMax, tls: databaseTls });
const trafficDatabase = openDatabase(trafficUrl, { poolMax, tls: databaseTls });
// Before anything is written: what is sealed with a wrong key is lost.
const keyring = await openKeyring({
  store: keyStore(appDatabase),
  masterKeys: openMasterKeys(config.masterKeys),
}).catch((error: unknown) => {
  log.fatal(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
const stores = createAppStores(appDatabase, { keyring });
const traffic = createTrafficStores(trafficDatabase, { keyring, encryptPayloads: config.encryptPayloads });

const tracing = await startTracing(config.tracing, 'api');
const { address, namespace, tls, apiKey, uiUrl } = config.temporal;
// Lazy: Temporal may come up later, and webhooks are stored without it.
const connection = Connection.lazy({ address, tls, ...(apiKey && { apiKey }) });
const temporal = new Client({ connection, namespace, dataConverter: dataConverter(keyring), ...(await clientTracing(tracing)) });

await stores.providers.sync(providerRows());

const metrics = createMetrics();
const waker = createWaker({
  send: (target) => inOwnTrace(() => wakeDrain(temporal, target)),
  windowMs: usualWindowMs,
  retryMs: { first: 1_000, max: 60_000 },
  log,
  failed: () => metrics.wakeFailures.inc(),
});
const pushWaker = createWaker({
  send: (target) => wakePushes(temporal, target),
  windowMs: usualWindowMs,
  retryMs: { first: 1_000, max: 60_000 },
  log,
  failed: () => metrics.wakeFailures.inc(),
});
const app = createApp(
  {
    stores,
    traffic,
    keyring,
    temporal,
    codec: payloadCodec(keyring),
    log,
    metrics,
    waker,
    pushWaker,
    tokens: config.jwt && createTokens(config.jwt, createTokenKeys(config.jwt, log)),
    oidc: config.oidc,
    limits: createLimits(stores.allowances, config.limits),
    trustProxy: config.trustProxy,
    webhookTargets: createWebhookTargets(stores, { oauthClients: config.oauthClients }),
    notifier: config.notify.sms,
    publicUrl: config.publicUrl,
    corsOrigins: config.api.corsOrigins,
    portalEmbedOrigins: config.api.portalEmbedOrigins,
    oauth: {
      clientIds: Object.fromEntries(Object.entries(config.oauthClients).map(([key, { clientId }]) => [key, clientId])),
      baseUrls: config.providerBaseUrls,
    },
    temporalUiUrl: uiUrl,
    answerWithinMs,
  },
  {
    appDatabase: () => appDatabase.authenticate(),
    trafficDatabase: () => trafficDatabase.authenticate(),
    temporal: () => connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({})),
  },
);

const egress = createEgress({ allow: config.allowPrivateAddresses });
const notices = createNotices({
  ...config.notify,
  baseUrls: config.providerBaseUrls,
  egress,
  logCall: appendCalls({ logs: traffic.logs, log }),
  logPost: (call) => log.info(call, 'a notice was posted'),
});
const watch = startWatch({
  stores,
  log,
  tellPeople: peopleTeller({ stores, notices, publicUrl: config.publicUrl }),
  unservedQueues: () => unservedQueues(temporal),
});

const server = createHttpServer({ ...usualLimits, connectionsMax: config.api.connectionsMax });
server.on('request', tracing ? traceRequests(app.http) : app.http);
server.on('drop', () => metrics.refusedConnections.inc());
server.on('error', (error) => {
  log.fatal({ err: error, host: config.api.host, port: config.api.port }, 'cannot listen');
  process.exit(1);
});
server.listen(config.api.port, config.api.host, () => {
  const at = server.address();
  log.info({ host: config.api.host, port: typeof at === 'object' ? at?.port : at, docs: `${config.publicUrl}/docs` }, 'ready');
});

let stopping = false;
async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, 'stopping');
  // A request that outlives the grace is cut off, so that a slow client cannot hold the process.
  setTimeout(() => server.closeAllConnections(), config.shutdownGraceMs).unref();
  // A browser that asks every few seconds would hold its connection open for as long as it is let.
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'));
  const closed = new Promise((resolve) => server.close(resolve));
  app.hangUp();
  server.closeIdleConnections();
  await closed;
  await app.settled();
  await watch.stop();
  await Promise.all([appDatabase.close(), trafficDatabase.close()]);
  await tracing?.stop().catch((error: unknown) => log.warn({ err: error }, 'the last spans could not be sent'));
  log.info('stopped');
  await output.end();
  // It ends the connection to Temporal too: on one that is closed, a retry that the gRPC layer had planned fails loudly.
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    stop(signal).catch((error: unknown) => {
      log.fatal({ err: error }, 'could not stop cleanly');
      process.exit(1);
    });
  });
