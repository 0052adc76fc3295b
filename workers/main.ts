/** The worker process: connects, polls, and on SIGTERM or SIGINT drains what is under way before it closes anything. */
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { loadConfig } from '../config/index.ts';
import { createAppStores } from '../db/app/stores/index.ts';
import { openDatabase } from '../db/database.ts';
import { createTrafficStores } from '../db/traffic/stores/index.ts';
import { getProvider } from '../providers/registry.ts';
import { maintainTraffic } from './maintain-traffic.ts';
import { providerHttp } from './provider-http.ts';
import { sdkLogger } from './sdk-logger.ts';
import { temporalPort } from './temporal-port.ts';
import { startWorkers } from './worker.ts';

const config = loadConfig();
const log = pino({ level: config.logLevel, base: { process: 'workers' } });
Runtime.install({
  logger: sdkLogger(log),
  ...(config.worker.metricsPort > 0 && {
    telemetryOptions: { metrics: { prometheus: { bindAddress: `0.0.0.0:${config.worker.metricsPort}` } } },
  }),
  shutdownSignals: [], // this file decides the order of stopping
});

const { address, namespace, tls, apiKey } = config.temporal;
const connectionOptions = { address, tls, ...(apiKey && { apiKey }) };
const connection = await NativeConnection.connect(connectionOptions);
const clientConnection = await Connection.connect(connectionOptions);
const appDatabase = openDatabase(config.database.appUrl, { poolMax: config.database.poolMax });
const trafficDatabase = openDatabase(config.database.trafficUrl, { poolMax: config.database.poolMax });
const traffic = createTrafficStores(trafficDatabase, { masterKey: config.masterKey, encryptPayloads: config.encryptPayloads });

const workers = await startWorkers({
  connection,
  namespace,
  queues: config.worker.queues,
  shutdownGraceMs: config.shutdownGraceMs,
  deps: {
    app: createAppStores(appDatabase, { masterKey: config.masterKey }),
    traffic,
    getProvider,
    httpFor: providerHttp({ baseUrls: config.providerBaseUrls, logs: traffic.logs, log }),
    temporal: temporalPort(new Client({ connection: clientConnection, namespace })),
    notifier: config.notify && {
      providerKey: 'twilio',
      credentials: { accountSid: config.notify.accountSid, authToken: config.notify.authToken },
      from: config.notify.from,
    },
    publicUrl: config.publicUrl,
    now: () => new Date(),
  },
});
const maintenance = maintainTraffic({ traffic, retentionDays: config.worker.rawRetentionDays, log });
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
await maintenance.stop();
await connection.close();
await clientConnection.close();
await Promise.all([appDatabase.close(), trafficDatabase.close()]);
process.exitCode = ended === 'died' ? 1 : 0;
