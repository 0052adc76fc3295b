/** Starts the API, and stops it in reverse: accept no more, finish what was accepted, then close what it stood on. */
import { createServer } from 'node:http';
import { Client, Connection } from '@temporalio/client';
import { loadConfig } from '../config/index.ts';
import { createAppStores } from '../db/app/stores/index.ts';
import { openDatabase } from '../db/database.ts';
import { createTrafficStores } from '../db/traffic/stores/index.ts';
import { providerRows } from '../providers/registry.ts';
import { createApp } from './app.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { wakeDrain } from './webhooks/wake-drain.ts';
import { createWebhookSecrets } from './webhooks/secrets.ts';
import { createWaker } from './webhooks/wake.ts';

const answerWithinMs = 60_000;

const config = loadConfig();
const log = createLog(config.logLevel);

const { appUrl, trafficUrl, poolMax } = config.database;
const appDatabase = openDatabase(appUrl, { poolMax });
const trafficDatabase = openDatabase(trafficUrl, { poolMax });
const stores = createAppStores(appDatabase, { masterKey: config.masterKey });
const traffic = createTrafficStores(trafficDatabase, { masterKey: config.masterKey, encryptPayloads: config.encryptPayloads });

const { address, namespace, tls, apiKey, uiUrl } = config.temporal;
// Lazy: Temporal may come up later, and webhooks are stored without it.
const connection = Connection.lazy({ address, tls, ...(apiKey && { apiKey }) });
const temporal = new Client({ connection, namespace });

await stores.providers.sync(providerRows());

const metrics = createMetrics();
const waker = createWaker({
  send: (target) => wakeDrain(temporal, target),
  windowMs: 250,
  retryMs: { first: 1_000, max: 60_000 },
  log,
  failed: () => metrics.wakeFailures.inc(),
});
const app = createApp(
  {
    stores,
    traffic,
    temporal,
    log,
    metrics,
    waker,
    webhookSecrets: createWebhookSecrets(stores.credentials),
    publicUrl: config.publicUrl,
    temporalUiUrl: uiUrl,
    answerWithinMs,
  },
  {
    appDatabase: () => appDatabase.authenticate(),
    trafficDatabase: () => trafficDatabase.authenticate(),
    temporal: () => connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({})),
  },
);

const server = createServer(app.http);
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
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  await closed;
  await app.settled();
  await Promise.all([appDatabase.close(), trafficDatabase.close()]);
  await connection.close();
  log.info('stopped');
  // Not by itself: a retry that the gRPC layer had planned would fail loudly on the closed connection.
  log.flush(() => process.exit(0));
}
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.on(signal, () => {
    stop(signal).catch((error: unknown) => {
      log.fatal({ err: error }, 'could not stop cleanly');
      process.exit(1);
    });
  });
