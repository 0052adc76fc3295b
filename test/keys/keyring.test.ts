/** Data keys in the database: made once, found by other processes, and refused when the master key is another one. */
import { createSecretKey, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sequelize } from 'sequelize';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openDatabase } from '../../db/database.ts';
import { select, write } from '../../db/sql.ts';
import { openKeyring, type KeyringOptions } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { KeyUnavailable } from '../../keys/master-key.ts';
import { scopes } from '../../keys/scopes.ts';
import { seal } from '../../keys/seal.ts';
import { connectedCompany, openStores, servers, by, type Connected, type OpenStores } from '../db/stores.ts';
import { freshDatabases, type FreshDatabases } from '../harness/mysql.ts';

describe.each(servers)('the keyring on $name', ({ server }) => {
  let databases: FreshDatabases;
  let sequelize: Sequelize;
  beforeAll(async () => {
    databases = await freshDatabases(server);
    sequelize = openDatabase(databases.appUrl, { poolMax: 12 });
  });
  afterAll(async () => {
    await sequelize.close();
    await databases.drop();
  });
  beforeEach(async () => {
    await sequelize.query('DELETE FROM data_keys');
    await sequelize.query('DELETE FROM master_keys');
  });

  const master = localMasterKey(randomBytes(32));
  /** As another process would have it. */
  const opened = (options: Partial<KeyringOptions> = {}) =>
    openKeyring({ store: keyStore(sequelize), masterKeys: [master], ...options });
  const rows = () => select<{ scope: string; version: number }>(sequelize, 'SELECT * FROM data_keys ORDER BY scope, version', {});

  it('makes one key for a company, whoever asks first, and other processes find it', async () => {
    const rings = await Promise.all([opened(), opened(), opened()]);
    const keys = await Promise.all(rings.flatMap((ring) => [ring.current('comp_1'), ring.current('comp_1')]));
    const sealed = keys[0]!.seal('row_1', Buffer.from('text'));
    for (const key of keys) expect(key.open('row_1', sealed).toString()).toBe('text');
    const later = await (await opened()).version('comp_1', keys[0]!.version);
    expect(later.open('row_1', sealed).toString()).toBe('text');
    expect(await rows()).toMatchObject([{ scope: 'comp_1', version: 2 }]);
  });

  it('gives each company and each scope of the platform a key of its own', async () => {
    const ring = await opened();
    const sealed = (await ring.current('comp_1')).seal('row_1', Buffer.from('text'));
    for (const scope of ['comp_2', ...Object.values(scopes)])
      await expect(ring.current(scope).then((key) => key.open('row_1', sealed))).rejects.toThrow('does not open');
    expect((await rows()).length).toBe(2 + Object.values(scopes).length);
  });

  it('keeps no key in the clear', async () => {
    const bytes: Buffer[] = [];
    const listening = {
      ...master,
      wrap: (...given: Parameters<typeof master.wrap>) => (bytes.push(Buffer.from(given[1])), master.wrap(...given)),
    };
    await (await opened({ masterKeys: [listening] })).current('comp_1');
    expect(bytes).not.toHaveLength(0);
    const stored = JSON.stringify([await rows(), await sequelize.query('SELECT * FROM master_keys')]);
    for (const key of bytes) expect(stored).not.toContain(JSON.stringify([...key]).slice(1, -1));
  });

  it('asks the database once for a key that it has, and again after a few seconds', async () => {
    let looks = 0;
    const store = keyStore(sequelize);
    const counting = { ...store, current: (scope: string) => ((looks += 1), store.current(scope)) };
    await (await opened()).current('comp_1');
    const ring = await opened({ store: counting, keepMs: 80 });
    await Promise.all(Array.from({ length: 50 }, () => ring.current('comp_1')));
    expect(looks).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await ring.current('comp_1');
    expect(looks).toBe(2);
  });

  it('holds no more companies than it may, and drops the one used longest ago', async () => {
    const found: number[] = [];
    const store = keyStore(sequelize);
    const ring = await opened({
      store: { ...store, find: (place) => (found.push(Number(place.scope.slice(5))), store.find(place)) },
      scopesMax: 2,
    });
    for (const company of [1, 2, 3]) await (await opened()).current(`comp_${company}`);
    for (const company of [1, 2, 1, 3, 1, 2]) await ring.version(`comp_${company}`, 2);
    expect(found).toEqual([1, 2, 3, 2]);
  });

  it('tries again after a failure', async () => {
    let isDown = true;
    const flaky = {
      ...master,
      unwrap: async (...given: Parameters<typeof master.unwrap>) => {
        if (isDown && given[0].scope !== 'check') throw new KeyUnavailable('The key service does not answer.');
        return master.unwrap(...given);
      },
    };
    await (await opened()).current('comp_1');
    const ring = await opened({ masterKeys: [flaky] });
    await expect(ring.current('comp_1')).rejects.toThrow(KeyUnavailable);
    await expect(ring.version('comp_1', 2)).rejects.toThrow(KeyUnavailable);
    isDown = false;
    expect((await ring.current('comp_1')).version).toBe(2);
    expect((await ring.version('comp_1', 2)).version).toBe(2);
  });

  it('says so when a version is there no more', async () => {
    await expect((await opened()).version('comp_1', 9)).rejects.toThrow('Version 9 of the key of comp_1 is not there');
  });

  describe('with another master key', () => {
    const other = localMasterKey(randomBytes(32));

    it('refuses to open, says which key is needed and which was given, and writes nothing', async () => {
      await (await opened()).current('comp_1');
      const before = JSON.stringify([await rows(), await keyStore(sequelize).masterKeys()]);
      const refused = opened({ masterKeys: [other] });
      await expect(refused).rejects.toThrow(master.id);
      await expect(refused).rejects.toThrow(other.id);
      await expect(refused).rejects.toThrow('MASTER_KEY');
      expect(JSON.stringify([await rows(), await keyStore(sequelize).masterKeys()])).toBe(before);
    });

    it('opens when the right one is given beside it, and wraps new keys with the one in force', async () => {
      await opened();
      const ring = await opened({ masterKeys: [other, master] });
      const key = await ring.current('comp_1');
      expect((await (await opened()).version('comp_1', key.version)).version).toBe(2);
      await expect(opened({ masterKeys: [other] })).rejects.toThrow(master.id);
    });

    it('lets one of two different keys in when two first starts come at once', async () => {
      const starts = await Promise.allSettled([opened(), opened({ masterKeys: [other] })]);
      expect(starts.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    });

    it('refuses a key service that holds another key under the same name', async () => {
      await opened();
      await expect(opened({ masterKeys: [{ ...other, id: master.id }] })).rejects.toThrow('does not open the check value');
    });
  });
});

describe.each(servers)('what an older release sealed, on $name', ({ server }) => {
  const bytes = randomBytes(32);
  const values = { authToken: 'of 0.1.0' };
  let stores: OpenStores;
  let at: Connected;
  const store = () => keyStore(stores.appDb);
  const forgetKeys = async () => {
    await stores.appDb.query('DELETE FROM data_keys');
    await stores.appDb.query('DELETE FROM master_keys');
  };

  beforeAll(async () => {
    stores = await openStores(server, bytes);
    at = await connectedCompany(stores.app);
    const { tokenId } = await stores.app.credentials.stage({ ...at, kind: 'basic', values }, by);
    const derived = createSecretKey(localMasterKey(bytes).derive!(at.companyId));
    const sealed = seal(derived, `${tokenId}:${at.connectionId}`, Buffer.from(JSON.stringify(values)));
    await write(stores.appDb, 'UPDATE integration_tokens SET ciphertext = :sealed, key_version = 1 WHERE id = :tokenId', {
      sealed,
      tokenId,
    });
  });
  beforeEach(forgetKeys);
  afterAll(() => stores.close());

  it('opens, and what is sealed from now on has a key of its own', async () => {
    await openKeyring({ store: store(), masterKeys: [localMasterKey(bytes)] });
    expect((await stores.app.credentials.staged(at.connectionId))!.values).toEqual(values);
    const { tokenId } = await stores.app.credentials.stage({ ...at, kind: 'basic', values: { authToken: 'new' } }, by);
    expect((await stores.app.credentials.read(tokenId))!.values).toEqual({ authToken: 'new' });
    await stores.app.credentials.discard(tokenId);
  });

  it('keeps a mistyped key out at the very first start after the upgrade', async () => {
    const mistyped = openKeyring({ store: store(), masterKeys: [localMasterKey(randomBytes(32))] });
    await expect(mistyped).rejects.toThrow('do not open with local:');
    expect(await store().masterKeys()).toEqual([]);
  });

  it('registers the key that sealed it, though it was given as the previous one', async () => {
    await openKeyring({ store: store(), masterKeys: [localMasterKey(randomBytes(32)), localMasterKey(bytes)] });
    expect(await store().masterKeys()).toMatchObject([{ id: localMasterKey(bytes).id, state: 'active', derivesFirst: true }]);
  });
});
