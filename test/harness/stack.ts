/**
 * The engine as in production: API, workers and the sandbox each in a process of its own, on MySQL and Temporal servers of its own,
 * whose commits outlive a server that is killed. Everything listens on the loopback interface and is thrown away by `stop`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openDatabase } from '../../db/database.ts';
import { migrate } from '../../db/migrate.ts';
import { createTrafficStores, type TrafficStores } from '../../db/traffic/stores/index.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { providerRows } from '../../providers/registry.ts';
import { dataConverter } from '../../temporal/data-converter.ts';
import { baseUrlsOf, createHubspotApp } from './hubspot-account.ts';
import { createService, type Service, type ServiceOptions } from './service.ts';

const root = resolve(import.meta.dirname, '../..');
const setup = join(root, 'scripts/setup');
interface Starter {
  start(entry: ServiceOptions): Promise<void>;
}
const { startMysql } = (await import(`${setup}/mysql.mjs`)) as {
  startMysql(starter: Starter, folder: string, extraArgs: string[]): Promise<{ url: string; label: string }>;
};
const { unsynced } = (await import(`${setup}/test-servers.mjs`)) as { unsynced: string[] };
const { findTemporal, startTemporal } = (await import(`${setup}/temporal.mjs`)) as {
  findTemporal(): Promise<string>;
  startTemporal(starter: Starter, input: { cli: string; file: string; port: number; uiPort: number }): Promise<void>;
};
const { answers, takePort } = (await import(`${setup}/ports.mjs`)) as {
  answers(port: number): Promise<boolean>;
  takePort(name: string): Promise<number>;
};
const { mustRun } = (await import(`${setup}/run.mjs`)) as {
  mustRun(command: string, args: string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<string>;
};

type Part = 'app' | 'traffic';
type Caller = 'api' | 'workers' | 'spare';
/** Who reaches whom. */
export interface Way {
  from: Caller | 'provider';
  to: Part | 'temporal' | 'provider' | 'api';
}

export interface Stack {
  /** Stores on connections of the harness's own, for scenes and for a look from outside. */
  app: AppStores;
  traffic: TrafficStores;
  client: Client;
  /** Where the API listens. */
  url: string;
  /** What providers call: the API's own address, unless something stands in between. */
  publicUrl: string;
  /** `mysql://…` of both databases, as the harness reaches them. */
  databases: Record<Part, string>;
  sandbox: { url: string; control<T = any>(key: string, verb: string, input?: Record<string, unknown>): Promise<T> };
  canaries: Set<string>;
  /** The master key that API and workers were given. */
  masterKey: Buffer;
  /** What API and workers were given and must keep to themselves, by name. */
  secrets: Record<'masterKey' | 'databasePassword' | 'clientSecret' | 'notifyAuthToken', string>;
  /** By which the platform tells people. */
  notifyAccountSid: string;
  api: Service;
  workers: Service;
  /** A second worker process for messages alone, to be started beside the first. */
  spare: Service;
  /** API or workers of this checkout, to take the place of those of another folder. */
  successor(of: 'api' | 'workers'): Promise<Service>;
  temporal: Service;
  /** One server for both databases, unless two were asked for. */
  mysql: Record<Part, Service>;
  /** What the database server calls itself. */
  mysqlLabel: string;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Whose API and workers run: this checkout's, unless another folder is named. The schema is always this checkout's. */
  codeOf?: string;
  /** A server for each database, so that one can be stopped alone. */
  twoServers?: boolean;
  /** Commits wait for the disk, as in production: whoever measures wants that, a test that kills processes does not need it. */
  durable?: boolean;
  /** The address under which one is to reach another, when something stands in between. */
  reach?(url: string, way: Way): Promise<string>;
  /** More arguments for the traffic database's own server. */
  trafficServerArgs?: string[];
  /** Added to the environment of API and workers. */
  env?: NodeJS.ProcessEnv;
}

export async function startStack({
  codeOf = root,
  twoServers = false,
  durable = false,
  reach = async (url) => url,
  trafficServerArgs = [],
  env = {},
}: StackOptions = {}): Promise<Stack> {
  const folder = mkdtempSync(join(tmpdir(), 'linkwright-stack-'));
  const services: Service[] = [];
  const closers: (() => Promise<unknown>)[] = [];
  const start = async (options: ServiceOptions): Promise<Service> => {
    const service = createService(options);
    services.push(service);
    await service.start();
    return service;
  };
  const removeFolder = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const stop = async () => {
    for (const close of closers.toReversed()) await close();
    // A database server that is asked to stop takes its socket's file with it.
    for (const service of services.toReversed()) await service.kill(service.name.startsWith('mysql') ? 'SIGTERM' : 'SIGKILL');
    process.off('exit', removeFolder);
    removeFolder();
  };

  try {
    const [mysql, temporal, sandbox] = await allSettled([
      startDatabases(start, folder, { twoServers, durable, trafficServerArgs }),
      startTemporalServer(start, folder),
      startSandbox(start),
    ]);
    const databases = { app: `${mysql.urls.app}/linkwright_app`, traffic: `${mysql.urls.traffic}/linkwright_traffic` };
    const port = await takePort('The API');
    const url = `http://127.0.0.1:${port}`;
    const publicUrl = await reach(url, { from: 'provider', to: 'api' });
    const masterKey = randomBytes(32);
    const canaries = new Set<string>();
    const hubspot = await createHubspotApp({ sandbox, canaries }, publicUrl);
    const shared = {
      ...process.env,
      MASTER_KEY: masterKey.toString('base64'),
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: 'default',
      API_HOST: '127.0.0.1',
      API_PORT: String(port),
      PUBLIC_URL: publicUrl,
      OAUTH_CLIENT_ID_HUBSPOT: hubspot.clientId,
      OAUTH_CLIENT_SECRET_HUBSPOT: hubspot.clientSecret,
      ...sandbox.sender,
      // Load and looks from outside come by one key, from one address.
      RATE_LIMIT_PER_KEY: '0',
      RATE_LIMIT_PER_ADDRESS: '0',
      ...env,
    };
    const environmentOf = async (from: Caller) => ({
      ...shared,
      APP_DATABASE_URL: await reach(databases.app, { from, to: 'app' }),
      TRAFFIC_DATABASE_URL: await reach(databases.traffic, { from, to: 'traffic' }),
      TEMPORAL_ADDRESS: new URL(await reach(`tcp://${temporal.address}`, { from, to: 'temporal' })).host,
      ...baseUrlVariables(await reach(sandbox.url, { from, to: 'provider' })),
    });

    await allSettled([
      migrate({ appUrl: databases.app, trafficUrl: databases.traffic, log: () => undefined }),
      mustRun(process.execPath, ['scripts/search-attributes.ts'], { cwd: root, env: shared }),
    ]);
    const open = (address: string) => {
      const database = openDatabase(address, { poolMax: 5 });
      closers.push(() => database.close());
      return database;
    };
    const appDatabase = open(databases.app);
    const keyring = await openKeyring({ store: keyStore(appDatabase), masterKeys: [localMasterKey(masterKey)] });
    const app = createAppStores(appDatabase, { keyring });
    const traffic = createTrafficStores(open(databases.traffic), { keyring, encryptPayloads: true });
    await app.providers.sync(providerRows());
    const connection = await Connection.connect({ address: temporal.address });
    closers.push(() => connection.close());

    const workerProgram = { ...nodeProgram('workers', codeOf), readyLine: /workers ready/ };
    const apiProgram = { ...nodeProgram('api', codeOf), isUp: () => isReady(url) };
    const [api, workers, spareEnv] = await allSettled([
      environmentOf('api').then((given) => start({ ...apiProgram, env: given })),
      environmentOf('workers').then((given) => start({ ...workerProgram, env: given })),
      environmentOf('spare'),
    ]);
    const spare = createService({ ...workerProgram, name: 'spare', env: { ...spareEnv, WORKER_QUEUES: 'messages' } });
    services.push(spare);
    const successor = async (of: 'api' | 'workers') => {
      const program = of === 'api' ? apiProgram : workerProgram;
      const service = createService({ ...program, name: `new ${of}`, cwd: root, env: await environmentOf(of) });
      services.push(service);
      return service;
    };
    return {
      app,
      traffic,
      client: new Client({ connection, dataConverter: dataConverter(keyring) }),
      url,
      publicUrl,
      databases,
      sandbox,
      masterKey,
      canaries,
      secrets: {
        masterKey: shared.MASTER_KEY,
        databasePassword: new URL(databases.app).password,
        clientSecret: hubspot.clientSecret,
        notifyAuthToken: sandbox.sender.NOTIFY_TWILIO_AUTH_TOKEN,
      },
      notifyAccountSid: sandbox.sender.NOTIFY_TWILIO_ACCOUNT_SID,
      api,
      workers,
      spare,
      successor,
      temporal: temporal.service,
      mysql: mysql.services,
      mysqlLabel: mysql.label,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

type Start = (options: ServiceOptions) => Promise<Service>;

const nodeProgram = (name: string, cwd = root) => ({ name, command: process.execPath, args: [`${name}/main.ts`], cwd });

const baseUrlVariables = (sandboxUrl: string) =>
  Object.fromEntries(Object.entries(baseUrlsOf(sandboxUrl)).map(([key, url]) => [`PROVIDER_BASE_URL_${key.toUpperCase()}`, url]));

async function startDatabases(
  start: Start,
  folder: string,
  { twoServers, durable, trafficServerArgs }: Required<Pick<StackOptions, 'twoServers' | 'durable' | 'trafficServerArgs'>>,
) {
  const one = async (part: Part, extraArgs: string[] = []) => {
    const started: Service[] = [];
    const starter = {
      start: async (entry: ServiceOptions) => void started.push(await start({ ...entry, name: `mysql-${part}` })),
    };
    const server = await startMysql(starter, join(folder, `mysql-${part}`), [...(durable ? [] : unsynced), ...extraArgs]);
    return { ...server, service: started[0]! };
  };
  const app = await one('app');
  const traffic = twoServers ? await one('traffic', trafficServerArgs) : app;
  return {
    urls: { app: app.url, traffic: traffic.url },
    services: { app: app.service, traffic: traffic.service },
    label: app.label,
  };
}

async function startTemporalServer(start: Start, folder: string) {
  const [cli, port, uiPort] = [await findTemporal(), await takePort('Temporal'), await takePort('The Temporal UI')];
  const started: Service[] = [];
  await startTemporal(
    { start: async (entry) => void started.push(await start(entry)) },
    { cli, file: join(folder, 'temporal.db'), port, uiPort },
  );
  return { address: `127.0.0.1:${port}`, service: started[0]! };
}

async function startSandbox(start: Start) {
  const port = await takePort('The sandbox');
  const url = `http://127.0.0.1:${port}`;
  await start({
    ...nodeProgram('sandbox'),
    env: { ...process.env, PORT: String(port) },
    isUp: () => answers(port),
  });
  const control = async (key: string, verb: string, input: Record<string, unknown> = {}) => {
    const answer = await fetch(`${url}/_control/${key}/${verb}`, { method: 'POST', body: JSON.stringify(input) });
    const value: unknown = await answer.json();
    if (!answer.ok) throw new Error(`The sandbox refused ${key}/${verb}: ${JSON.stringify(value)}`);
    return value as never;
  };
  const from = '+15005550006';
  const { sid, authToken } = await control('twilio', 'createAccount', { numbers: [{ phoneNumber: from }] });
  const sender = { NOTIFY_TWILIO_ACCOUNT_SID: sid, NOTIFY_TWILIO_AUTH_TOKEN: authToken, NOTIFY_TWILIO_FROM: from };
  return { url, control, sender };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Waits for all even when one fails, so that nothing is still starting while the rest is stopped. */
async function allSettled<T extends readonly unknown[]>(
  work: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results: PromiseSettledResult<unknown>[] = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as never;
}
