import { randomBytes } from 'node:crypto';
import type { Sequelize } from 'sequelize';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { keyChangeStore } from '../../db/app/stores/key-changes.ts';
import { openDatabase } from '../../db/database.ts';
import { createTrafficStores, type TrafficStores } from '../../db/traffic/stores/index.ts';
import { createKeyChanges, type KeyChanges } from '../../keys/key-changes.ts';
import { openKeyring, type Keyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import type { CanonicalRecord, MessageFields } from '../../domain/records.ts';
import { freshDatabases, mysqlServers } from '../harness/mysql.ts';

/** Every dialect at hand: each suite runs on each. */
export const servers = mysqlServers().map((server) => ({ server, name: new URL(server).host }));

export interface OpenStores {
  app: AppStores;
  traffic: TrafficStores;
  appDb: Sequelize;
  trafficDb: Sequelize;
  keyring: Keyring;
  /** What a rotation does to keys. */
  keys: KeyChanges;
  /** The same traffic stores with payloads sealed, or not. */
  trafficWith(encryptPayloads: boolean): TrafficStores;
  close(): Promise<void>;
}

export async function openStores(server: string, masterKey = randomBytes(32)): Promise<OpenStores> {
  const databases = await freshDatabases(server);
  const appDb = openDatabase(databases.appUrl, { poolMax: 12 });
  const trafficDb = openDatabase(databases.trafficUrl, { poolMax: 12 });
  const masterKeys = [localMasterKey(masterKey)];
  const keyring = await openKeyring({ store: keyStore(appDb), masterKeys, keepMs: 0 });
  const app = createAppStores(appDb, { keyring });
  const trafficWith = (encryptPayloads: boolean) => createTrafficStores(trafficDb, { keyring, encryptPayloads });
  await app.providers.sync([{ key: 'twilio', label: 'Twilio', category: 'messaging', authKinds: ['basic'] }]);
  return {
    app,
    traffic: trafficWith(true),
    appDb,
    trafficDb,
    keyring,
    keys: createKeyChanges({ store: keyChangeStore(appDb), masterKeys }),
    trafficWith,
    async close() {
      await appDb.close();
      await trafficDb.close();
      await databases.drop();
    },
  };
}

export const by = { actor: 'user_tester', from: '127.0.0.1' };

/** A company with a connection in onboarding, one sync job and an open run. */
export async function connectedCompany(app: AppStores, name = 'Acme Roofing') {
  const company = await app.companies.create({ name, timeZone: 'America/Chicago' }, by);
  const owner = await app.users.create(
    { companyId: company.id, name: 'Olga Owner', email: 'olga@example.com', phone: '+15550001111', role: 'company_admin' },
    by,
  );
  const connection = await app.connections.create(
    {
      companyId: company.id,
      providerKey: 'twilio',
      purpose: 'reminders',
      label: `${name} texts`,
      ownerUserId: owner.id,
      reason: 'Appointment reminders',
      settings: { region: 'us1' },
    },
    by,
  );
  const [job] = await app.jobs.ensure(connection.id, [{ stream: 'messages', object: 'message', cadenceS: 300 }]);
  const opened = await app.runs.open({ jobId: job!.id, workflowId: `sync:${job!.id}-1`, trigger: 'schedule' });
  if (!opened.opened) throw new Error('A new job has its place free.');
  const ids = { companyId: company.id, connectionId: connection.id, ownerId: owner.id, jobId: job!.id, runId: opened.runId };
  return { company, owner, connection, job: job!, ...ids };
}
export type Connected = Awaited<ReturnType<typeof connectedCompany>>;

/** A page of the connection's open run. */
export function pageOf({ connectionId, companyId, jobId, runId }: Connected, records: CanonicalRecord[], cursor = '{"page":1}') {
  return { connectionId, companyId, jobId, runId, mappingVersion: 1, records, failed: [], cursor };
}

export function message(
  externalId: string,
  fields: Partial<MessageFields> = {},
  sourceUpdatedAt = '2026-11-20T10:00:00.000Z',
): CanonicalRecord {
  return {
    object: 'message',
    externalId,
    sourceUpdatedAt,
    fields: {
      direction: 'outbound',
      fromAddress: '+15550002222',
      toAddress: '+15550003333',
      body: 'Hello',
      status: 'sent',
      segments: 1,
      errorCode: null,
      price: '0.0075',
      currency: 'USD',
      sentAt: '2026-11-20T09:59:00.000Z',
      ...fields,
    },
  };
}
