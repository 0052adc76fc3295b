/** Keys are replaced under load, on the real processes: nothing is ever unreadable, and a kill in the middle costs time alone. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sequelize } from 'sequelize';
import { tokenBinding } from '../../db/app/stores/credentials.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { openDatabase } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { select, write, writeRows } from '../../db/sql.ts';
import type { RotationPhase } from '../../domain/key-rotation.ts';
import { openKeyring, type Keyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import type { MasterKey } from '../../keys/master-key.ts';
import { by, connectedCompany, type Connected } from '../db/stores.ts';
import { startStack, type Stack } from '../harness/stack.ts';
import { until } from '../harness/until.ts';

const credentialsCount = 10_000;
const companiesCount = 20;
const newMaster = randomBytes(32);
const patienceMs = 150_000;
/** What a reader has during a rotation: both, as every process does. */
let masterKeys: MasterKey[];

let stack: Stack;
let database: Sequelize;
let keyring: Keyring;
let app: AppStores;
let adminKey: string;
let writersPlace: Connected;
const tokens: { tokenId: string; value: string }[] = [];

beforeAll(async () => {
  stack = await startStack();
  database = openDatabase(stack.databases.app, { poolMax: 12 });
  masterKeys = [localMasterKey(newMaster), localMasterKey(stack.masterKey)];
  keyring = await openKeyring({ store: keyStore(database), masterKeys });
  app = createAppStores(database, { keyring });
  adminKey = (await app.apiKeys.create({ companyId: null, role: 'platform_admin', label: 'Admin' }, by)).key;
  for (let company = 0; company < companiesCount; company += 1) await seal(await connectedCompany(app, `Company ${company}`));
  writersPlace = await connectedCompany(app, 'Writers');
}, 180_000);
afterAll(async () => {
  isOver = true;
  await database.close();
  await stack.stop();
});

async function seal({ connectionId, companyId }: Connected): Promise<void> {
  const key = await keyring.current(companyId);
  const rows = Array.from({ length: credentialsCount / companiesCount }, () => {
    const [id, value] = [newId('token'), randomBytes(8).toString('hex')];
    tokens.push({ tokenId: id, value });
    const sealed = key.seal(tokenBinding({ id, connectionId }), Buffer.from(JSON.stringify({ value })));
    return [id, connectionId, companyId, 'basic', 'staged', sealed, key.version];
  });
  const insert = `INSERT INTO integration_tokens (id, connection_id, company_id, kind, state, ciphertext, key_version) VALUES ?`;
  await database.transaction((transaction) => writeRows(insert, rows, transaction));
}

async function call(method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${adminKey}`, ...(method === 'POST' && { 'content-type': 'application/json' }) };
  const response = await fetch(`${stack.url}/v1${path}`, {
    method,
    headers,
    ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
  });
  return { status: response.status, body: (await response.json()) as any };
}
const reach = (phase: RotationPhase) =>
  until(
    () => call('GET', '/key-rotation'),
    ({ body }) => body.rotation?.phase === phase,
    patienceMs,
  );
/** Credentials under the keys of the first rotation. */
const sealedAgain = async () =>
  (
    await select<{ found: number }>(
      database,
      'SELECT COUNT(*) AS found FROM integration_tokens WHERE ciphertext IS NOT NULL AND key_version > 2',
      {},
    )
  )[0]!.found;
/** Credentials that are not under their company's current key. */
const onOldKey = async () =>
  (
    await select<{ found: number }>(
      database,
      `SELECT COUNT(*) AS found FROM integration_tokens t JOIN data_keys k ON k.current_scope = t.company_id
       WHERE t.ciphertext IS NOT NULL AND t.key_version <> k.version`,
      {},
    )
  )[0]!.found;

interface StoredCredentials {
  id: string;
  connectionId: string;
  companyId: string;
  keyVersion: number;
  ciphertext: Buffer;
}
/** Opens every one of the credentials, with keys that are read anew; answers those that are not what was sealed. */
async function notOpening(given = masterKeys): Promise<string[]> {
  const fresh = await openKeyring({ store: keyStore(database), masterKeys: given });
  const rows = await select<StoredCredentials>(
    database,
    `SELECT id, connection_id AS connectionId, company_id AS companyId, key_version AS keyVersion, ciphertext
     FROM integration_tokens WHERE ciphertext IS NOT NULL`,
    {},
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const wrong: string[] = [];
  for (const { tokenId, value } of tokens) {
    try {
      const row = byId.get(tokenId)!;
      const opened = (await fresh.version(row.companyId, row.keyVersion)).open(tokenBinding(row), row.ciphertext);
      if (opened.toString() !== JSON.stringify({ value })) wrong.push(tokenId);
    } catch (error) {
      wrong.push(`${tokenId}: ${String(error)}`);
    }
  }
  return wrong;
}

/** Ends what a red test left running. */
let isOver = false;

/** Reads credentials at random, and replaces those of one connection, until it is told to stop. */
function load() {
  isOver = false;
  const done = { reads: 0, writes: 0, wrong: [] as string[] };
  const reading = Array.from({ length: 6 }, async () => {
    while (!isOver) {
      const { tokenId, value } = tokens[Math.floor(Math.random() * tokens.length)]!;
      const read = await app.credentials.read(tokenId).catch((error: unknown) => String(error));
      done.reads += 1;
      if (typeof read !== 'object' || read?.values['value'] !== value) done.wrong.push(`${tokenId}: ${JSON.stringify(read)}`);
      await new Promise((resolve) => setTimeout(resolve, 4)); // readers without a pause take the processors from the rotation
    }
  });
  const writing = (async () => {
    const { connectionId, companyId } = writersPlace;
    while (!isOver) {
      const values = { value: String(done.writes) };
      const { tokenId } = await app.credentials.stage({ connectionId, companyId, kind: 'basic', values }, by);
      await app.credentials.activate(tokenId);
      const active = await app.credentials.active(connectionId);
      done.writes += 1;
      if (active?.tokenId !== tokenId || active.values['value'] !== values.value) done.wrong.push(`written ${tokenId}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  return async () => {
    isOver = true;
    await Promise.all([...reading, writing]);
    return done;
  };
}

describe('A rotation of keys', () => {
  it('gives every company a new key under load, goes on after a SIGKILL in the middle, and every credential opens throughout', async () => {
    const stopLoad = load();
    expect((await call('POST', '/key-rotation', { kind: 'data' })).status).toBe(202);
    await until(sealedAgain, (done) => done > credentialsCount * 0.1, patienceMs);
    await stack.workers.kill('SIGKILL');
    expect(await sealedAgain()).toBeLessThan(credentialsCount);
    expect(await onOldKey()).toBeGreaterThan(0);
    const refused = await call('POST', '/key-rotation', { kind: 'data' });
    expect([refused.status, refused.body.error.message]).toEqual([409, expect.stringContaining('under way')]);
    await stack.workers.start();
    const { body } = await reach('rotated');
    const { reads, writes, wrong } = await stopLoad();
    expect(wrong).toEqual([]);
    expect(reads).toBeGreaterThan(credentialsCount);
    expect(writes).toBeGreaterThan(50);
    expect(await onOldKey()).toBe(0);
    expect(tokens).toHaveLength(credentialsCount);
    expect(await notOpening()).toEqual([]);
    expect(body.rotation).toMatchObject({ kind: 'data', broken: 0 });
    expect(body.rotation.values).toBeGreaterThanOrEqual(credentialsCount * 0.5);
  }, 240_000);

  it('goes back to the keys of before', async () => {
    expect((await call('POST', '/key-rotation/reverse')).status).toBe(200);
    await reach('reversed');
    expect(await onOldKey()).toBe(0);
    const versions = await select<{ version: number }>(
      database,
      'SELECT DISTINCT key_version AS version FROM integration_tokens WHERE ciphertext IS NOT NULL',
      {},
    );
    expect(versions).toEqual([{ version: 2 }]);
    expect(await notOpening()).toEqual([]);
  }, 240_000);

  it('retires the old data keys only when nothing is on them: refused with a count, sealed again, then done', async () => {
    // A fifth is enough from here on: how many there are was shown.
    const gone = tokens.splice(credentialsCount / 5).map(({ tokenId }) => tokenId);
    await write(database, 'DELETE FROM integration_tokens WHERE id IN (:gone)', { gone });
    expect((await call('POST', '/key-rotation', { kind: 'data' })).status).toBe(202);
    await reach('rotated');
    expect(await onOldKey()).toBe(0);
    // As a process does that was frozen since before the rotation.
    const [{ tokenId, value }] = tokens as [(typeof tokens)[number]];
    const [row] = await select<StoredCredentials>(
      database,
      'SELECT id, connection_id AS connectionId, company_id AS companyId FROM integration_tokens WHERE id = :tokenId',
      { tokenId },
    );
    const old = await keyring.version(row!.companyId, 2);
    const ciphertext = old.seal(tokenBinding(row!), Buffer.from(JSON.stringify({ value })));
    const sql = 'UPDATE integration_tokens SET ciphertext = :ciphertext, key_version = 2 WHERE id = :tokenId';
    await write(database, sql, { ciphertext, tokenId });

    const refused = await call('POST', '/key-rotation/retire');
    expect([refused.status, refused.body.error.message]).toEqual([
      409,
      expect.stringMatching(/^1 values and 0 data keys are still on the old key\. They are sealed again now/),
    ]);
    await until(onOldKey, (left) => left === 0, patienceMs);
    await reach('rotated');
    expect((await call('POST', '/key-rotation/retire')).status).toBe(200);
    await reach('retired');
    expect(await notOpening()).toEqual([]);
    const kept = await select<{ version: number; state: string; isKept: number }>(
      database,
      'SELECT version, state, wrapped IS NOT NULL AS isKept FROM data_keys WHERE scope = :companyId ORDER BY version',
      { companyId: row!.companyId },
    );
    expect(kept.map(({ state, isKept }) => [state, isKept])).toEqual([
      ['retired', 0],
      ['retired', 0],
      ['current', 1],
    ]);
  }, 240_000);

  it('refuses to move to the master key that is in force, and says how to give another', async () => {
    const { status, body } = await call('POST', '/key-rotation', { kind: 'master' });
    expect([status, body.error.message]).toEqual([409, expect.stringContaining('MASTER_KEY_PREVIOUS')]);
  });

  it('moves to another master key, retires the old one only when nothing needs it, and starts without it then', async () => {
    const both = { MASTER_KEY: newMaster.toString('base64'), MASTER_KEY_PREVIOUS: stack.masterKey.toString('base64') };
    for (const service of [stack.api, stack.workers]) {
      await service.kill('SIGTERM');
      await service.start(both);
    }
    const stopLoad = load();
    expect((await call('POST', '/key-rotation', { kind: 'master' })).status).toBe(202);
    // Refused because it is under way, however little is left.
    const early = await call('POST', '/key-rotation/retire');
    expect(early.status).toBe(409);
    expect(early.body.error.message).toMatch(/^\d+ values and \d+ data keys are still on the old key: wait/);
    await reach('rotated');
    await stack.workers.kill('SIGTERM');
    await stack.workers.start(both);
    expect((await call('POST', '/key-rotation/retire')).status).toBe(200);
    const { body } = await reach('retired');
    expect((await stopLoad()).wrong).toEqual([]);
    expect(body.masterKeys.map(({ state, given }: { state: string; given: boolean }) => [state, given])).toEqual([
      ['retired', false],
      ['active', true],
    ]);
    const late = await call('POST', '/key-rotation/reverse');
    expect([late.status, late.body.error.message]).toEqual([409, expect.stringMatching(/No rotation|retired/)]);

    await stack.api.kill('SIGTERM');
    await stack.api.start({ MASTER_KEY_PREVIOUS: '' });
    expect((await call('GET', '/key-rotation')).status).toBe(200);
    expect(await notOpening([localMasterKey(newMaster)])).toEqual([]);
    await expect(openKeyring({ store: keyStore(database), masterKeys: [localMasterKey(stack.masterKey)] })).rejects.toThrow(
      'Nothing was changed',
    );
  }, 240_000);

  it('is in the platform’s audit log, refusals too, and leaves no key in histories or log lines', async () => {
    const { items } = await app.audit.list({ companyId: null, limit: 100 });
    const told = items.map(({ action, outcome }) => `${action} ${outcome}`);
    expect(told).toEqual(
      expect.arrayContaining([
        'keys.rotate done',
        'platform.keys asked',
        'keys.reverse done',
        'platform.keys refused',
        'keys.retire done',
        'keys.activate done',
        'keys.retired done',
      ]),
    );
    const lines = [...stack.api.lines, ...stack.workers.lines].join('\n');
    for (const key of [newMaster, stack.masterKey]) expect(lines).not.toContain(key.toString('base64'));
  });
});
