import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { connectionTables } from '../../db/app/delete-connection.ts';
import { Conflict, NotFound } from '../../db/errors.ts';
import { select, write } from '../../db/sql.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import type { MappingSet } from '../../domain/mapping.ts';
import { by, connectedCompany, message, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

const mapping: Omit<MappingSet, 'version'> = {
  object: 'message',
  externalId: 'sid',
  sourceUpdatedAt: 'date_updated',
  fields: [{ target: 'body', source: 'body', transform: { kind: 'text' }, required: false }],
};

describe.each(servers)('the connections stores on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const stage = (values: Record<string, string>, place: Connected = at) =>
    stores.app.credentials.stage({ connectionId: place.connectionId, companyId: place.companyId, kind: 'basic', values }, by);
  const ciphertexts = () =>
    select<{ state: string; ciphertext: Buffer | null }>(
      stores.appDb,
      'SELECT state, ciphertext FROM integration_tokens WHERE connection_id = :connectionId ORDER BY id',
      at,
    );

  it('starts a connection in onboarding, with its settings over the default policy', async () => {
    const { connections } = stores.app;
    expect(await connections.get(at.connectionId)).toEqual(at.connection);
    expect(at.connection).toMatchObject({ state: 'onboarding', lastSuccessAt: null, ownerUserId: at.ownerId });
    expect(await connections.settings(at.connectionId)).toEqual({
      settings: { region: 'us1' },
      // Its one stream runs every five minutes.
      policy: { ...defaultPolicy, freshWithinS: 600 },
      overrides: {},
      nextAction: null,
    });
    await connections.saveSettings(at.connectionId, { policy: { escalateAfterFailedRuns: 1, retry: { factor: 2 } } }, by);
    await connections.saveSettings(at.connectionId, { settings: { region: 'ie1' } }, by);
    const saved = await connections.settings(at.connectionId);
    expect(saved.settings).toEqual({ region: 'ie1' });
    expect(saved.policy).toEqual({
      ...defaultPolicy,
      freshWithinS: 600,
      escalateAfterFailedRuns: 1,
      retry: { ...defaultPolicy.retry, factor: 2 },
    });
    await expect(connections.get('conn_none')).rejects.toThrow(NotFound);
    await expect(connections.saveSettings('conn_none', {}, by)).rejects.toThrow('There is no connection');
  });

  it('writes one audit row for each change of state, and none for a repeat', async () => {
    const { connections, audit } = stores.app;
    await connections.setState(at.connectionId, 'active', 'Launched.', 'user_a');
    await connections.setState(at.connectionId, 'active', 'Launched again.', 'user_a');
    await connections.setState(at.connectionId, 'paused', 'Holidays.', 'user_b');
    const rows = (await audit.list({ companyId: at.companyId, limit: 50 })).items;
    const moves = rows
      .filter(({ action }) => action === 'connection.state')
      .map(({ actor, detail, after }) => [actor, detail, after]);
    expect(moves).toEqual([
      ['user_b', { from: 'active', to: 'paused' }, { reason: 'Holidays.' }],
      ['user_a', { from: 'onboarding', to: 'active' }, { reason: 'Launched.' }],
    ]);
    expect(await connections.find(at.connectionId)).toMatchObject({ state: 'paused', stateReason: 'Holidays.' });
  });

  it('never moves the freshness mark backwards', async () => {
    const { connections } = stores.app;
    const late = new Date('2026-11-20T10:00:00.500Z');
    await connections.markSucceeded(at.connectionId, late);
    await connections.markSucceeded(at.connectionId, new Date('2026-11-20T09:00:00.000Z'));
    expect((await connections.get(at.connectionId)).lastSuccessAt).toEqual(late);
  });

  it('lists one company’s connections, by state', async () => {
    const other = await connectedCompany(stores.app, 'Other');
    await stores.app.connections.setState(other.connectionId, 'active', 'Launched.', 'user_a');
    const ids = async (filter: object) => (await stores.app.connections.list({ ...filter, limit: 50 })).items.map(({ id }) => id);
    expect(await ids({ companyId: at.companyId })).toEqual([at.connectionId]);
    expect(await ids({ companyId: at.companyId, state: 'active' })).toEqual([]);
    expect(await ids({ state: 'active' })).toContain(other.connectionId);
  });

  it('seals credentials: the row holds no plain value, and opens for its own company and place only', async () => {
    const { tokenId } = await stage({ accountSid: 'ACcanary', authToken: 'canary-token' });
    const [row] = await ciphertexts();
    expect(row!.ciphertext!.includes('canary')).toBe(false);
    expect(await stores.app.credentials.staged(at.connectionId)).toEqual({
      tokenId,
      kind: 'basic',
      values: { accountSid: 'ACcanary', authToken: 'canary-token' },
    });
    const elsewhere = await connectedCompany(stores.app, 'Other');
    const thief = await stage({ authToken: 'own' }, elsewhere);
    const steal = (columns: string) =>
      write(
        stores.appDb,
        `UPDATE integration_tokens thief JOIN integration_tokens victim ON victim.id = :tokenId SET ${columns}
         WHERE thief.id = :thiefId`,
        { tokenId, thiefId: thief.tokenId },
      );
    await steal('thief.ciphertext = victim.ciphertext');
    await expect(stores.app.credentials.read(thief.tokenId)).rejects.toThrow('does not open');
    await steal('thief.company_id = victim.company_id, thief.connection_id = victim.connection_id');
    await expect(stores.app.credentials.read(thief.tokenId)).rejects.toThrow('does not open');
    const audited = await stores.app.audit.list({ companyId: at.companyId, limit: 50 });
    expect(JSON.stringify(audited)).not.toContain('canary');
  });

  it('puts staged credentials in force once, and leaves no ciphertext of what was in force before', async () => {
    const { credentials } = stores.app;
    const [unused, first] = [await stage({ authToken: 'unused' }), await stage({ authToken: 'one' })];
    await credentials.activate(first.tokenId);
    await credentials.activate(first.tokenId);
    expect((await credentials.active(at.connectionId))!.values).toEqual({ authToken: 'one' });
    expect(await credentials.staged(at.connectionId)).toBeNull();
    await expect(credentials.activate(unused.tokenId)).rejects.toThrow(Conflict);
    const second = await stage({ authToken: 'two' });
    await credentials.activate(second.tokenId);
    await credentials.activate(first.tokenId);
    expect((await credentials.active(at.connectionId))!.tokenId).toBe(second.tokenId);
    expect((await ciphertexts()).map(({ state, ciphertext }) => [state, ciphertext !== null])).toEqual([
      ['discarded', false],
      ['superseded', false],
      ['active', true],
    ]);
    await expect(credentials.activate('tok_none')).rejects.toThrow(NotFound);
  });

  it('discards what was not wanted, and forgets everything on disconnect', async () => {
    const { credentials } = stores.app;
    const [first, second] = [await stage({ authToken: 'one' }), await stage({ authToken: 'two' })];
    await credentials.discard(second.tokenId);
    expect(await credentials.read(second.tokenId)).toBeNull();
    await credentials.activate(first.tokenId);
    await credentials.discard(first.tokenId);
    expect((await credentials.active(at.connectionId))!.tokenId).toBe(first.tokenId);
    await stage({ authToken: 'three' });
    await credentials.forget(at.connectionId, by);
    await credentials.forget(at.connectionId, by);
    expect((await ciphertexts()).every(({ ciphertext }) => ciphertext === null)).toBe(true);
    expect(await credentials.active(at.connectionId)).toBeNull();
    const actions = (await stores.app.audit.list({ companyId: at.companyId, limit: 50 })).items.map(({ action }) => action);
    expect(actions.filter((action) => action === 'credentials.forget')).toHaveLength(1);
  });

  it('keeps what the account reaches, and no longer lists what it lost', async () => {
    const account = { externalId: 'AC1', name: 'Acme', status: 'active' };
    const sender = { kind: 'number', externalId: 'PN1', label: 'Front desk', address: '+15550002222', capabilities: ['sms'] };
    const service = { kind: 'service', externalId: 'MG1', label: 'Reminders', capabilities: [] };
    const { accounts } = stores.app;
    await accounts.save(at.connectionId, { account, reaches: [sender, service] });
    const before = await accounts.reaches(at.connectionId);
    expect(before).toEqual([
      { ...sender, id: expect.stringMatching(/^pacc_/) },
      { ...service, id: expect.any(String), address: null },
    ]);
    await accounts.save(at.connectionId, { account, reaches: [{ ...sender, label: 'Desk' }] });
    expect(await accounts.reaches(at.connectionId)).toEqual([{ ...before[0], label: 'Desk' }]);
    await accounts.save(at.connectionId, { account, reaches: [] });
    expect(await accounts.reaches(at.connectionId)).toEqual([]);
  });

  it('publishes a mapping as the next version, and an equal one not again', async () => {
    const { mappings } = stores.app;
    expect(await mappings.current(at.connectionId, 'message')).toBeNull();
    const published = await Promise.all([1, 2].map(() => mappings.publish({ connectionId: at.connectionId, mapping }, by)));
    expect(published.map(({ version }) => version)).toEqual([1, 1]);
    const changed = { ...mapping, externalId: 'id' };
    expect((await mappings.publish({ connectionId: at.connectionId, mapping: changed }, by)).version).toBe(2);
    expect(await mappings.current(at.connectionId, 'message')).toEqual({ ...changed, version: 2 });
    const list = await mappings.list(at.connectionId);
    expect(list.map(({ version, publishedBy }) => [version, publishedBy])).toEqual([
      [2, by.actor],
      [1, by.actor],
    ]);
  });

  it('leaves nothing of a cancelled onboarding but its audit rows, also when it is repeated', async () => {
    const { app } = stores;
    const { connectionId, companyId } = at;
    await stage({ authToken: 'one' });
    await app.accounts.save(connectionId, {
      account: { externalId: 'AC1', name: 'Acme', status: 'active' },
      reaches: [{ kind: 'number', externalId: 'PN1', label: 'Desk', capabilities: [] }],
    });
    await app.mappings.publish({ connectionId, mapping }, by);
    const failed = [{ externalId: null, code: 'record_rejected' as const, sentence: 'sid is empty' }];
    await app.records.savePage({ ...pageOf(at, [message('SM1')]), failed });
    await app.health.record({ kind: 'run', connectionId, companyId, ok: true, latencyMs: 5, code: null, sentence: 'Fine.' });
    const { incidentId } = await app.incidents.open({ companyId, connectionId, cause: 'defect', sentence: 'Broken.' });
    await app.incidents.claimAlert({ incidentId, kind: 'opened', rung: 1, userId: at.ownerId, channel: 'sms' });
    await app.deliveries.create(
      { companyId, connectionId, templateId: null, variables: {}, from: '+1', to: '+2', body: 'x', segments: 1 },
      by,
    );
    const metric = { companyId, connectionId, metricKey: 'messages_delivered' as const };
    await app.metrics.saveSnapshot({ ...metric, kind: 'baseline', value: '1', at: new Date() });
    await app.cards.save({ ...metric, nextAction: 'Wait.', explanation: 'One.' });
    await app.connections.removeUnlaunched(connectionId, by);
    await app.connections.removeUnlaunched(connectionId, by);
    for (const table of connectionTables) {
      const [row] = await select<{ left: number }>(
        stores.appDb,
        `SELECT COUNT(*) AS \`left\` FROM ${table} WHERE connection_id = :connectionId`,
        { connectionId },
      );
      expect([table, row!.left]).toEqual([table, 0]);
    }
    const accounts = await select(stores.appDb, 'SELECT id FROM integration_accounts WHERE company_id = :companyId', {
      companyId,
    });
    expect(accounts).toEqual([]);
    const actions = (await app.audit.list({ companyId, limit: 50 })).items.map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['connection.create', 'connection.cancel']));
    expect(actions.filter((action) => action === 'connection.cancel')).toHaveLength(1);
  });

  it('refuses to remove a connection that was launched', async () => {
    await stores.app.connections.setState(at.connectionId, 'active', 'Launched.', 'user_a');
    await expect(stores.app.connections.removeUnlaunched(at.connectionId, by)).rejects.toThrow('disconnect it instead');
    expect(await stores.app.connections.find(at.connectionId)).not.toBeNull();
  });
});
