/** The worker process: connects, polls, and on SIGTERM or SIGINT drains what is under way before it closes anything. */
import { setFlagsFromString } from 'node:v8';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { loadConfig } from '../config/index.ts';
import { createAppStores } from '../db/app/stores/index.ts';
import { keyStore } from '../db/app/stores/data-keys.ts';
import { keyChangeStore } from '../db/app/stores/key-changes.ts';
import { openDatabase } from '../db/database.ts';
import { createTrafficStores } from '../db/traffic/stores/index.ts';
import { createEgress } from '../providers/egress.ts';
import { createKeyChanges } from '../keys/key-changes.ts';
import { openKeyring } from '../keys/keyring.ts';
import { openMasterKeys } from '../keys/open-master-keys.ts';
import { getProvider } from '../providers/registry.ts';
import { connectionTrouble } from '../temporal/connection-trouble.ts';
import { dataConverter } from '../temporal/data-converter.ts';
import { anchorAudit } from './anchor-audit.ts';
import { forgetAnswers } from './forget-answers.ts';
import { maintainTraffic } from './maintain-traffic.ts';
import { providerHttp } from './provider-http.ts';
import { ensureReconcile } from './reconcile-schedule.ts';
import { ensureReports } from './reports-schedule.ts';
import { sdkLogger } from './sdk-logger.ts';
import { temporalPort } from './temporal-port.ts';
import { startWorkers } from './worker.ts';

const config = loadConfig();
const log = pino({ level: config.logLevel, base: { process: 'workers' } });
Runtime.install({
  logger: sdkLogger(log),
  ...(config.worker.metricsPort > 0 && {
    telemetryOptions: { metrics: { prometheus: { bindAddress: `${config.worker.metricsHost}:${config.worker.metricsPort}` } } },
  }),
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
const app = createAppStores(appDatabase, { keyring });
const traffic = createTrafficStores(trafficDatabase, { keyring, encryptPayloads: config.encryptPayloads });

const { address, namespace, tls, apiKey } = config.temporal;
const connectionOptions = { address, tls, ...(apiKey && { apiKey }) };
const connection = await NativeConnection.connect(connectionOptions).catch((error: unknown) => {
  log.fatal(connectionTrouble(address, error));
  process.exit(1);
});
const clientConnection = await Connection.connect(connectionOptions);
const converter = dataConverter(keyring);
const client = new Client({ connection: clientConnection, namespace, dataConverter: converter });

const workers = await startWorkers({
  connection,
  namespace,
  dataConverter: converter,
  queues: config.worker.queues,
  shutdownGraceMs: config.shutdownGraceMs,
  deps: {
    app,
    traffic,
    keys: createKeyChanges({ store: keyChangeStore(appDatabase), masterKeys }),
    getProvider,
    httpFor: providerHttp({
      baseUrls: config.providerBaseUrls,
      egress: createEgress({ allow: config.allowPrivateAddresses }),
      logs: traffic.logs,
      log,
    }),
    oauthClient: (key) => config.oauthClients[key] ?? null,
    temporal: temporalPort(client),
    notifier: config.notify && {
      providerKey: 'twilio',
      credentials: { accountSid: config.notify.accountSid, authToken: config.notify.authToken },
      from: config.notify.from,
    },
    publicUrl: config.publicUrl,
    now: () => new Date(),
  },
});
if (config.worker.queues.includes('lifecycle')) {
  await ensureReconcile(client, config.worker.reconcileEveryS);
  await ensureReports(client);
}
const maintenance = [
  maintainTraffic({ traffic, retentionDays: config.worker.rawRetentionDays, log }),
  ...(config.worker.queues.includes('lifecycle')
    ? [anchorAudit({ anchors: app.auditAnchors, log }), forgetAnswers({ idempotency: app.idempotency, log })]
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
await connection.close();
await clientConnection.close();
await Promise.all([appDatabase.close(), trafficDatabase.close()]);
process.exitCode = ended === 'died' ? 1 : 0;
