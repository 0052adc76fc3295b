/** The real API on a port of its own, over real databases; with Temporal only where a test needs it. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client, Connection } from '@temporalio/client';
import { createApp } from '../../api/app.ts';
import { createLog } from '../../api/log.ts';
import { createMetrics } from '../../api/metrics.ts';
import { wakeDrain } from '../../api/webhooks/wake-drain.ts';
import { createWaker } from '../../api/webhooks/wake.ts';
import { createWebhookSecrets } from '../../api/webhooks/secrets.ts';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { openDatabase } from '../../db/database.ts';
import { createTrafficStores, type TrafficStores } from '../../db/traffic/stores/index.ts';
import { providerRows } from '../../providers/registry.ts';
import { freshDatabases } from '../harness/mysql.ts';

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
  masterKey: Buffer;
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
  through = (url) => url,
}: {
  temporal?: Client;
  publicUrl?: string;
  answerWithinMs?: number;
  /** Leads a database's URL past something that a test has put in between. */
  through?: (url: string) => string;
} = {}): Promise<Api> {
  const databases = await freshDatabases();
  const app = openDatabase(through(databases.appUrl), { poolMax: 10 });
  const trafficDatabase = openDatabase(through(databases.trafficUrl), { poolMax: 10 });
  const masterKey = randomBytes(32);
  const stores = createAppStores(app, { masterKey });
  const traffic = createTrafficStores(trafficDatabase, { masterKey, encryptPayloads: true });
  await stores.providers.sync(providerRows());
  // Without the retries of the gRPC layer, which would go on after the connection was closed.
  const client = temporal ?? new Client({ connection: Connection.lazy({ address: nowhere, interceptors: [] }) });

  const logLines: string[] = [];
  const log = createLog('info', { write: (line) => void logLines.push(line) });
  const waker = createWaker({
    send: (target) => (temporal ? wakeDrain(client, target) : Promise.reject(new Error('Temporal is down'))),
    windowMs: 50,
    retryMs: { first: 100, max: 1_000 },
    log,
  });
  const { http, settled } = createApp(
    {
      stores,
      traffic,
      temporal: client,
      log,
      metrics: createMetrics(),
      waker,
      webhookSecrets: createWebhookSecrets(stores.credentials),
      publicUrl,
      temporalUiUrl: 'http://127.0.0.1:8233',
      answerWithinMs,
    },
    {
      appDatabase: () => app.authenticate(),
      trafficDatabase: () => trafficDatabase.authenticate(),
      temporal: () => client.connection.workflowService.getSystemInfo({}),
    },
  );
  const server = createServer(http).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url,
    stores,
    traffic,
    masterKey,
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
      const isJson = response.headers.get('content-type')?.includes('json');
      return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : text };
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
