/** Every sealed value can be sealed again, by the tables' own descriptions. */
import { createSecretKey } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { appSealedTables } from '../../db/app/sealed-tables.ts';
import { tokenBinding } from '../../db/app/stores/credentials.ts';
import { sealedStore, type SealedPage, type SealedStore } from '../../db/sealed/store.ts';
import { select, write } from '../../db/sql.ts';
import { trafficSealedTables } from '../../db/traffic/sealed-tables.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { KeyGone } from '../../keys/master-key.ts';
import { lastingScopes, scopes } from '../../keys/scopes.ts';
import { seal } from '../../keys/seal.ts';
import { by, connectedCompany, openStores, servers, type Connected, type OpenStores } from './stores.ts';

const masterBytes = Buffer.alloc(32, 9);

describe.each(servers)('sealed values on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  let rotations = 0;
  beforeAll(async () => {
    stores = await openStores(server, masterBytes);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const stage = (values: Record<string, string>) => stores.app.credentials.stage({ ...at, kind: 'basic', values }, by);
  const event = (key: string) => ({
    connectionId: at.connectionId,
    companyId: at.companyId,
    providerKey: 'twilio',
    source: 'webhook' as const,
    key,
    type: 'status',
    occurredAt: null,
    receivedAt: new Date(),
    data: { body: key },
  });
  /** Walks everything in pages of three. */
  async function walk(store: SealedStore, verb: 'resealPage' | 'countPage' = 'resealPage'): Promise<Omit<SealedPage, 'next'>> {
    const sum = { seen: 0, old: 0, resealed: 0, broken: 0 };
    for (let cursor: SealedPage['next'] = null; ;) {
      const { next, ...page }: SealedPage = await store[verb](cursor, 3);
      for (const name of ['seen', 'old', 'resealed', 'broken'] as const) sum[name] += page[name];
      if (!next) return sum;
      cursor = JSON.parse(JSON.stringify(next)) as typeof next;
    }
  }
  async function renewKeys() {
    rotations += 1;
    while ((await stores.keys.renewPage(`rotation-${rotations}`, 10)) > 0);
  }
  const versionsIn = async (table: string) =>
    select<{ version: number }>(
      table.startsWith('integration_raw') || table.startsWith('integration_norm') ? stores.trafficDb : stores.appDb,
      `SELECT key_version AS version FROM ${table} WHERE connection_id = :connectionId GROUP BY key_version`,
      at,
    );

  it('are of tables that a rotation knows, each of them', async () => {
    const found = async (database: OpenStores['appDb']) =>
      (
        await select<{ name: string }>(
          database,
          `SELECT TABLE_NAME AS name FROM information_schema.COLUMNS
           WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'key_version' ORDER BY TABLE_NAME`,
          {},
        )
      ).map(({ name }) => name);
    // Anchors are kept as they were signed, elsewhere too: their scope's keys are never retired.
    expect(await found(stores.appDb)).toEqual([...appSealedTables.map(({ name }) => name), 'audit_anchors'].toSorted());
    expect(lastingScopes).toContain(scopes.anchors);
    expect(await found(stores.trafficDb)).toEqual(trafficSealedTables.map(({ name }) => name).toSorted());
  });

  it('open after new keys came, are sealed again with them, and open when the old ones are gone', async () => {
    const tokens = await Promise.all(Array.from({ length: 8 }, (_, n) => stage({ n: String(n) })));
    const call = { scope: `key_1 post /${at.companyId}`, key: 'once', requestHash: 'same' };
    await stores.app.idempotency.begin(call);
    await stores.app.idempotency.finish(call.scope, call.key, 201, { shown: 'once' });
    const keys = Array.from({ length: 7 }, (_, n) => `event ${n}`);
    await stores.traffic.events.storeBatch(keys.map(event));
    const [first] = await stores.traffic.events.nextBatch(at.connectionId, 1);
    const meaning = {
      kind: 'message_status',
      externalId: 'SM1',
      occurredAt: '2026-11-21T08:00:00.000Z',
      status: 'sent',
    } as const;
    const normalized = [{ ...meaning, errorCode: null, sentence: null, deliveryId: null }];
    await stores.traffic.events.markApplied(at.connectionId, [{ id: first!.id, applied: true, normalized }]);
    const readAll = async () => {
      expect(
        await Promise.all(tokens.map(async ({ tokenId }) => (await stores.app.credentials.read(tokenId))!.values['n'])),
      ).toEqual(tokens.map((_, n) => String(n)));
      expect(await stores.app.idempotency.begin(call)).toEqual({ state: 'done', status: 201, body: { shown: 'once' } });
      const waiting = await stores.traffic.events.nextBatch(at.connectionId, 10);
      expect(waiting.map(({ data }) => data['body'])).toEqual(keys.slice(1));
    };

    await renewKeys();
    await readAll();
    expect((await walk(stores.app.sealed, 'countPage')).old).toBeGreaterThanOrEqual(9);
    expect(await walk(stores.app.sealed)).toMatchObject({ broken: 0 });
    expect(await walk(stores.traffic.sealed)).toMatchObject({ broken: 0 });
    for (const store of [stores.app.sealed, stores.traffic.sealed]) expect((await walk(store, 'countPage')).old).toBe(0);
    for (const table of ['integration_tokens', 'integration_raw_payloads', 'integration_normalized_events'])
      expect(await versionsIn(table)).toEqual([{ version: (await stores.keyring.current(at.companyId)).version }]);
    await stores.keys.retire('data', { by: 'user_tester', rotation: `rotation-${rotations}` });
    await readAll();
    expect((await stores.keys.renewPage(`rotation-${rotations}`, 10)) > 0).toBe(false);
  });

  it('of an older release are sealed again with a key of their own', async () => {
    const { tokenId } = await stage({ authToken: 'first' });
    const { derive } = localMasterKey(masterBytes);
    const asFirst = (scope: string, boundTo: string, value: unknown) =>
      seal(createSecretKey(derive!(scope)), boundTo, Buffer.from(JSON.stringify(value)));
    const sealed = asFirst(at.companyId, tokenBinding({ id: tokenId, connectionId: at.connectionId }), { authToken: 'first' });
    await write(stores.appDb, 'UPDATE integration_tokens SET ciphertext = :sealed, key_version = 1 WHERE id = :tokenId', {
      sealed,
      tokenId,
    });
    const call = { scope: `key_2 post /${at.companyId}`, key: 'once', requestHash: 'same' };
    await stores.app.idempotency.begin(call);
    await stores.app.idempotency.finish(call.scope, call.key, 200, {});
    await write(stores.appDb, 'UPDATE api_idempotency_keys SET body = :body, key_version = 1 WHERE scope = :scope', {
      scope: call.scope,
      body: asFirst(call.scope, call.key, { shown: 'first' }),
    });
    const read = async () => [(await stores.app.credentials.read(tokenId))!.values, await stores.app.idempotency.begin(call)];
    const expected = [{ authToken: 'first' }, { state: 'done', status: 200, body: { shown: 'first' } }];
    expect(await read()).toEqual(expected);
    expect(await walk(stores.app.sealed)).toMatchObject({ old: 2, resealed: 2, broken: 0 });
    expect(await read()).toEqual(expected);
  });

  it('that a writer replaces meanwhile stay as the writer left them', async () => {
    const { tokenId } = await stage({ authToken: 'read before' });
    const key = await stores.keyring.current(at.companyId);
    await renewKeys();
    const replaced = key.seal(
      tokenBinding({ id: tokenId, connectionId: at.connectionId }),
      Buffer.from('{"authToken":"refreshed"}'),
    );
    const transaction = await stores.appDb.transaction();
    const set = 'UPDATE integration_tokens SET ciphertext = :replaced, key_version = :version WHERE id = :tokenId';
    await write(stores.appDb, set, { replaced, version: key.version, tokenId }, transaction);
    const walked = walk(stores.app.sealed);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await transaction.commit();
    expect((await walked).broken).toBe(0);
    expect((await stores.app.credentials.read(tokenId))!.values).toEqual({ authToken: 'refreshed' });
    expect((await walk(stores.app.sealed, 'countPage')).old).toBe(0);
  });

  it('whose partition goes meanwhile are no matter', async () => {
    await stores.traffic.maintain.ensurePartitions(new Date(), 1);
    await stores.traffic.events.storeBatch([event('gone')]);
    const [stored] = await stores.traffic.events.nextBatch(at.connectionId, 1);
    await stores.traffic.events.markApplied(at.connectionId, [{ id: stored!.id, applied: false, normalized: [] }]);
    await walk(stores.traffic.sealed);
    await renewKeys();
    let dropped: string[] = [];
    const dropping = {
      ...stores.keyring,
      version: async (scope: string, version: number) => {
        await stores.traffic.events.ignoreWaiting(at.connectionId, 'Nobody waits.');
        await write(stores.trafficDb, `UPDATE integration_raw_events SET state = 'ignored' WHERE state = 'stored'`, {});
        dropped = [...dropped, ...(await stores.traffic.maintain.dropPartitionsBefore(new Date(Date.now() + 86_400_000)))];
        return stores.keyring.version(scope, version);
      },
    };
    const store = sealedStore({ sequelize: stores.trafficDb, keyring: dropping }, trafficSealedTables.slice(0, 1));
    expect(await walk(store)).toMatchObject({ resealed: 0, broken: 0 });
    expect(dropped.join()).toContain('integration_raw_payloads');
  });

  it('that do not open are counted and left as they are', async () => {
    const { tokenId } = await stage({ authToken: 'bent' });
    await write(stores.appDb, 'UPDATE integration_tokens SET ciphertext = :bent WHERE id = :tokenId', {
      bent: Buffer.alloc(60, 1),
      tokenId,
    });
    await renewKeys();
    expect(await walk(stores.app.sealed)).toMatchObject({ broken: 1 });
    const [row] = await select<{ ciphertext: Buffer }>(
      stores.appDb,
      'SELECT ciphertext FROM integration_tokens WHERE id = :tokenId',
      {
        tokenId,
      },
    );
    expect(row!.ciphertext).toEqual(Buffer.alloc(60, 1));
    await stores.app.credentials.discard(tokenId);
  });

  it('go back to the keys of before, until those are retired', async () => {
    const { tokenId } = await stage({ authToken: 'kept' });
    const before = await stores.keyring.current(at.companyId);
    await renewKeys();
    await walk(stores.app.sealed);
    while ((await stores.keys.putBackPage(`rotation-${rotations}`, 10)) > 0);
    expect((await stores.keyring.current(at.companyId)).version).toBe(before.version);
    await walk(stores.app.sealed);
    await walk(stores.traffic.sealed);
    expect((await stores.app.credentials.read(tokenId))!.values).toEqual({ authToken: 'kept' });
    expect(await stores.keys.retire('data', { by: 'user_tester', rotation: `rotation-${rotations}` })).toBeGreaterThan(0);
    const rows = await select<{ version: number }>(
      stores.appDb,
      `SELECT version FROM data_keys WHERE scope = :companyId AND state = 'retired' AND wrapped IS NULL`,
      at,
    );
    expect(rows).toEqual([{ version: before.version + 1 }]);
    await expect(stores.keyring.version(at.companyId, 77)).rejects.toThrow(KeyGone);
    expect((await stores.app.credentials.read(tokenId))!.values).toEqual({ authToken: 'kept' });
  });
});
