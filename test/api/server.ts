/** The real API on a port of its own, over real databases; with Temporal only where a test needs it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import type { Sequelize } from 'sequelize';
import { createApp } from '../../api/app.ts';
import type { Deps } from '../../api/deps.ts';
import { createHttpServer, usualLimits, type ServerLimits } from '../../api/http-server.ts';
import { createLimits, type LimitSettings } from '../../api/limits.ts';
import { createLog } from '../../telemetry/log.ts';
import { createMetrics } from '../../api/metrics.ts';
import { createTokenKeys, type KeyTimes } from '../../api/token-keys.ts';
import type { OidcSettings } from '../../api/sessions/oidc.ts';
import { createTokens, type TokenSettings } from '../../api/tokens.ts';
import { wakePushes } from '../../api/wake-pushes.ts';
import { wakeDrain } from '../../api/webhooks/wake-drain.ts';
import { createWaker } from '../../api/webhooks/wake.ts';
import { createWebhookTargets } from '../../api/webhooks/targets.ts';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openDatabase } from '../../db/database.ts';
import { createTrafficStores, type TrafficStores } from '../../db/traffic/stores/index.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { providerRows } from '../../providers/registry.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { payloadCodec } from '../../temporal/payload-codec.ts';
import { freshDatabases } from '../harness/mysql.ts';
import { noLimits } from '../harness/no-limits.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: any;
  text: string;
}
export interface Api {
  url: string;
  stores: AppStores;
  traffic: TrafficStores;
  trafficDatabase: Sequelize;
  masterKey: Buffer;
  databases: { app: Sequelize; traffic: Sequelize };
  urls: { appUrl: string; trafficUrl: string };
  /** Every line that was logged. */
  logLines: string[];
  /** One request; a body that is not text or bytes is sent as JSON. */
  call(
    method: string,
    path: string,
    options?: { key?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** Nothing listens there: what the API does while Temporal is down. */
const nowhere = '127.0.0.1:9';

export async function startApi({
  temporal,
  publicUrl = 'https://hooks.example.com',
  answerWithinMs = 2_000,
  keepTargetsMs,
  oauthClients = {},
  corsOrigins = [],
  portalEmbedOrigins = [],
  limits = {},
  through = (url) => url,
  requestLimits = noLimits,
  trustProxy = false,
  jwt = null,
  oidc = null,
  notifier = null,
}: {
  temporal?: Client;
  publicUrl?: string;
  answerWithinMs?: number;
  /** How long webhook targets are kept, where the default would end in the middle of a test. */
  keepTargetsMs?: number;
  /** The platform's own clients, by provider key. */
  oauthClients?: Record<string, { clientSecret: string }>;
  corsOrigins?: string[];
  portalEmbedOrigins?: string[];
  limits?: Partial<ServerLimits>;
  requestLimits?: LimitSettings;
  trustProxy?: number | string[] | false;
  jwt?: (TokenSettings & { times?: KeyTimes }) | null;
  oidc?: OidcSettings | null;
  notifier?: Deps['notifier'];
  /** Leads a database's URL past something that a test has put in between. */
  through?: (url: string, database: 'app' | 'traffic') => string;
} = {}): Promise<Api> {
  const databases = await freshDatabases();
  const app = openDatabase(through(databases.appUrl, 'app'), { poolMax: 10 });
  const trafficDatabase = openDatabase(through(databases.trafficUrl, 'traffic'), { poolMax: 10 });
  const masterKey = randomBytes(32);
  const keyring = await openKeyring({ store: keyStore(app), masterKeys: [localMasterKey(Buffer.from(masterKey))] });
  const stores = createAppStores(app, { keyring });
  const traffic = createTrafficStores(trafficDatabase, { keyring, encryptPayloads: true });
  await stores.providers.sync(providerRows());
  // Without the retries of the gRPC layer, which would go on after the connection was closed.
  const client =
    temporal ??
    new Client({
      connection: Connection.lazy({ address: nowhere, interceptors: [] }),
      dataConverter: dataConverter(keyring),
    });

  const logLines: string[] = [];
  const log = createLog({ level: 'info', service: 'api' }, { write: (line) => void logLines.push(line) });
  const waker = createWaker({
    send: (target) => (temporal ? wakeDrain(client, target) : Promise.reject(new Error('Temporal is down'))),
    windowMs: { first: 50, max: 50 },
    retryMs: { first: 100, max: 1_000 },
    log,
  });
  const pushWaker = createWaker({
    send: (target) => (temporal ? wakePushes(client, target) : Promise.reject(new Error('Temporal is down'))),
    windowMs: { first: 50, max: 50 },
    retryMs: { first: 100, max: 1_000 },
    log,
  });
  const { http, settled } = createApp(
    {
      stores,
      traffic,
      keyring,
      temporal: client,
      codec: payloadCodec(keyring),
      log,
      metrics: createMetrics(),
      waker,
      notifier,
      pushWaker,
      tokens: jwt && createTokens(jwt, createTokenKeys(jwt, log, jwt.times)),
      oidc,
      limits: createLimits(stores.allowances, requestLimits),
      trustProxy,
      webhookTargets: createWebhookTargets(stores, { keepMs: keepTargetsMs, oauthClients }),
      publicUrl,
      corsOrigins,
      portalEmbedOrigins,
      oauth: { clientIds: {}, baseUrls: {} },
      temporalUiUrl: 'http://127.0.0.1:8233',
      answerWithinMs,
    },
    {
      appDatabase: () => app.authenticate(),
      trafficDatabase: () => trafficDatabase.authenticate(),
      temporal: () => client.connection.workflowService.getSystemInfo({}),
    },
  );
  const server = createHttpServer({ ...usualLimits, ...limits })
    .on('request', http)
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    stores,
    traffic,
    trafficDatabase,
    masterKey,
    databases: { app, traffic: trafficDatabase },
    urls: databases,
    logLines,
    async call(method, path, { key, body, headers = {} } = {}) {
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      const response = await fetch(url + path, {
        method,
        headers: {
          ...(key && { authorization: `Bearer ${key}` }),
          ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isRaw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json');
      return { status: response.status, headers: response.headers, text, body: isJson && text ? JSON.parse(text) : text };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await settled();
      if (!temporal) await client.connection.close();
      await Promise.all([app.close(), trafficDatabase.close()]);
      await databases.drop();
    },
  };
}
