/** What brings keys into force or destroys them stands in the audit log, or it does not happen. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { keyChangeStore } from '../../db/app/stores/key-changes.ts';
import { select } from '../../db/sql.ts';
import { createKeyChanges, type KeyChanges } from '../../keys/key-changes.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { connectedCompany, openStores, servers, type OpenStores } from '../db/stores.ts';

describe.each(servers)('changes of keys on $name', ({ server }) => {
  const [firstBytes, secondBytes] = [randomBytes(32), randomBytes(32)];
  const [first, second] = [localMasterKey(firstBytes), localMasterKey(secondBytes)];
  let stores: OpenStores;
  let keys: KeyChanges;
  beforeAll(async () => {
    stores = await openStores(server, firstBytes);
    keys = createKeyChanges({ store: keyChangeStore(stores.appDb), masterKeys: [second, first] });
    await stores.keyring.current((await connectedCompany(stores.app)).companyId);
  });
  afterEach(() => stores.appDb.query('DROP TRIGGER IF EXISTS audit_broken'));
  afterAll(() => stores.close());

  const breakAudit = () =>
    stores.appDb.query(
      `CREATE TRIGGER audit_broken BEFORE INSERT ON audit_log FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'broken'`,
    );
  const rows = async () => [
    await select(stores.appDb, 'SELECT * FROM master_keys ORDER BY id', {}),
    await select(stores.appDb, 'SELECT * FROM data_keys ORDER BY scope, version', {}),
  ];
  const told = async (rotation: string) => {
    const { items } = await stores.app.audit.list({ companyId: null, limit: 100 });
    return items
      .filter(({ subject }) => subject === rotation)
      .map(({ actor, action, outcome, detail }) => ({ actor, action, outcome, detail }));
  };
  /** Refused without a trace while the audit log is, then done and told once, however often. */
  async function expectToldOrUndone(change: () => Promise<unknown>): Promise<void> {
    const before = await rows();
    await breakAudit();
    await expect(change()).rejects.toThrow('broken');
    expect(await rows()).toEqual(before);
    await stores.appDb.query('DROP TRIGGER audit_broken');
    await change();
    const after = await rows();
    expect(after).not.toEqual(before);
    await change();
    expect(await rows()).toEqual(after);
  }

  it('destroy superseded data keys with the entry that tells of it, or not at all', async () => {
    while ((await keys.renewPage('rotation-data', 10)) > 0);
    await expectToldOrUndone(() => keys.retire('data', { by: 'user_a', rotation: 'rotation-data' }));
    expect(await told('rotation-data')).toEqual([
      { actor: 'user_a', action: 'keys.retired', outcome: 'done', detail: { kind: 'data' } },
    ]);
  });

  it('bring a master key into force, and retire the one before, with the entries that tell of it, or not at all', async () => {
    await expectToldOrUndone(() => keys.activateMasterKey(second.id, { by: 'engine', rotation: 'rotation-master' }));
    while ((await keys.rewrapPage(second.id, 10)) > 0);
    await expectToldOrUndone(() => keys.retire('master', { by: 'user_a', rotation: 'rotation-master' }));
    expect(await told('rotation-master')).toEqual([
      { actor: 'user_a', action: 'keys.retired', outcome: 'done', detail: { kind: 'master' } },
      {
        actor: 'engine',
        action: 'keys.activate',
        outcome: 'done',
        detail: { masterKeyId: second.id, before: first.id },
      },
    ]);
  });
});
