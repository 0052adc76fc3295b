/** The worker process: connects, polls, and on SIGTERM or SIGINT drains what is under way before it closes anything. */
import { setFlagsFromString } from 'node:v8';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, makeTelemetryFilterString } from '@temporalio/worker';
import { loadConfig } from '../config/index.ts';
import type { ActivityDeps } from '../activities/deps.ts';
import { createAppStores } from '../db/app/stores/index.ts';
import { keyStore } from '../db/app/stores/data-keys.ts';
import { keyChangeStore } from '../db/app/stores/key-changes.ts';
import { openDatabase } from '../db/database.ts';
import { createTrafficStores } from '../db/traffic/stores/index.ts';
import { createEgress } from '../providers/egress.ts';
import { createKeyChanges } from '../keys/key-changes.ts';
import { openKeyring } from '../keys/keyring.ts';
import { openMasterKeys } from '../keys/open-master-keys.ts';
import { createNotices } from '../notices/index.ts';
import { getProvider } from '../providers/registry.ts';
import { connectionTrouble } from '../temporal/connection-trouble.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { createCircuits } from '../activities/circuits.ts';
import { createLog } from '../telemetry/log.ts';
import { startTracing } from '../telemetry/tracing.ts';
import { clientTracing, workerTracing } from '../temporal/tracing.ts';
import { anchorAudit } from './anchor-audit.ts';
import { forgetChecks } from './forget-checks.ts';
import { forgetAnswers } from './forget-answers.ts';
import { maintainTraffic } from './maintain-traffic.ts';
import { startProbes } from './probes.ts';
import { callLog, providerHttp } from './provider-http.ts';
import { keepQuotas } from './quotas.ts';
import { ensureReconcile } from './reconcile-schedule.ts';
import { ensureReports } from './reports-schedule.ts';
import { createWorkerMetrics } from './metrics.ts';
import { sdkLogger } from './sdk-logger.ts';
import { sdkMetrics } from './sdk-metrics.ts';
import { serveMetrics } from './serve-metrics.ts';
import { createTell, tellActivities } from './tell-outcomes.ts';
import { temporalPort } from './temporal-port.ts';
import { watchArrivalsHourly } from './watch-arrivals.ts';
import { traceAppStores, traceProviderCalls, traceTrafficStores } from './trace-steps.ts';
import { startWorkers } from './worker.ts';

const config = loadConfig();
const log = createLog({ level: config.logLevel, service: 'workers' });
const metrics = createWorkerMetrics();
const sdk = config.worker.metricsPort > 0 ? await sdkMetrics() : null;
Runtime.install({
  logger: sdkLogger(log),
  // Forwarded, so that the lines of the SDK's native part have the form of all others.
  telemetryOptions: {
    logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
    ...sdk?.telemetryOptions,
  },
  shutdownSignals: [], // this file decides the order of stopping
});

const appDatabase = openDatabase(config.database.appUrl, config.database);
const trafficDatabase = openDatabase(config.database.trafficUrl, config.database);
// Before anything is written: what is sealed with a wrong key is lost.
const masterKeys = openMasterKeys(config.masterKeys);
const keyring = await openKeyring({ store: keyStore(appDatabase), masterKeys }).catch((error: unknown) => {
  log.fatal(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
const tracing = await startTracing(config.tracing, 'workers');
const plainApp = createAppStores(appDatabase, { keyring });
const plainTraffic = createTrafficStores(trafficDatabase, { keyring, encryptPayloads: config.encryptPayloads });
const app = tracing ? traceAppStores(plainApp) : plainApp;
const traffic = tracing ? traceTrafficStores(plainTraffic) : plainTraffic;

const { address, namespace, tls, apiKey } = config.temporal;
const connectionOptions = { address, tls, ...(apiKey && { apiKey }) };
const connection = await NativeConnection.connect(connectionOptions).catch((error: unknown) => {
  log.fatal(connectionTrouble(address, error));
  process.exit(1);
});
const clientConnection = await Connection.connect(connectionOptions);
const converter = dataConverter(keyring);
const client = new Client({
  connection: clientConnection,
  namespace,
  dataConverter: converter,
  ...(await clientTracing(tracing)),
});

const egress = createEgress({ allow: config.allowPrivateAddresses });
const tell = createTell(log, metrics);
const temporal = temporalPort(client);
const httpFor = providerHttp({
  baseUrls: config.providerBaseUrls,
  egress,
  logs: traffic.logs,
  sawQuota: keepQuotas({ health: app.health, log }),
  log,
  metrics,
});
const deps: ActivityDeps = {
  app,
  traffic,
  keys: createKeyChanges({ store: keyChangeStore(appDatabase), masterKeys }),
  getProvider,
  httpFor: tracing ? traceProviderCalls(httpFor) : httpFor,
  oauthClient: (key) => config.oauthClients[key] ?? null,
  temporal,
  circuits: createCircuits({
    store: app.circuits,
    log,
    onClosed: (closed) => temporal.wakeEvents(closed),
  }),
  notices: createNotices({
    ...config.notify,
    baseUrls: config.providerBaseUrls,
    egress,
    logCall: callLog({ logs: traffic.logs, log, metrics }),
    logPost: (call) => log.info(call, 'a notice was posted'),
  }),
  publicUrl: config.publicUrl,
  now: () => new Date(),
  tell,
};
const traced = await workerTracing(tracing);
const workers = await startWorkers({
  connection,
  namespace,
  dataConverter: converter,
  queues: config.worker.queues,
  shutdownGraceMs: config.shutdownGraceMs,
  deps,
  activityInterceptors: [...(traced ? [traced.activityInterceptor] : []), tellActivities(tell, metrics)],
  ...(traced && { workflowModules: traced.workflowModules, sinks: traced.sinks }),
});
metrics.watchPolling(workers.polling);
const served =
  sdk &&
  (await serveMetrics({
    host: config.worker.metricsHost,
    port: config.worker.metricsPort,
    registry: metrics.registry,
    sdkMetrics: sdk.read,
    polling: workers.polling,
  }));
if (config.worker.queues.includes('lifecycle')) {
  await ensureReconcile(client, config.worker.reconcileEveryS);
  await ensureReports(client);
}
const maintenance = [
  startProbes({ deps, log }),
  maintainTraffic({ traffic, retentionDays: config.worker.rawRetentionDays, log }),
  ...(config.worker.queues.includes('lifecycle')
    ? [
        anchorAudit({ anchors: app.auditAnchors, log }),
        forgetAnswers({ idempotency: app.idempotency, log }),
        forgetChecks({ health: app.health, log }),
        watchArrivalsHourly({ app, traffic, now: () => new Date(), log }),
      ]
    : []),
];
// V8 lets garbage grow to several times what lives before it looks. A page of records is megabytes of it, and a worker that syncs
// for minutes would hold hundreds; looking more often costs little, because next to nothing of a page lives on.
setFlagsFromString('--heap-growing-percent=30');
log.info({ queues: config.worker.queues }, 'workers ready');

const asked = new Promise<'asked'>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve('asked'));
});
const ended = await Promise.race([asked, workers.failed.then(() => 'ended' as const)]).catch((error: unknown) => {
  log.fatal({ err: error }, 'a worker died; the supervisor should start this process again');
  return 'died' as const;
});
if (ended === 'asked') log.info('stopping: no new work, finishing what is under way');
await workers.stop().catch(() => undefined);
await Promise.all(maintenance.map((each) => each.stop()));
await served?.stop();
await connection.close();
await clientConnection.close();
await Promise.all([appDatabase.close(), trafficDatabase.close()]);
await tracing?.stop().catch((error: unknown) => log.warn({ err: error }, 'the last spans could not be sent'));
process.exitCode = ended === 'died' ? 1 : 0;
