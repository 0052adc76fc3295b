import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { BadCursor } from '../../db/errors.ts';
import { openDatabase } from '../../db/database.ts';
import { write } from '../../db/sql.ts';
import { forgetAnswers } from '../../workers/forget-answers.ts';
import { clockAt } from '../harness/clock.ts';
import { by, connectedCompany, openStores, servers, type OpenStores } from './stores.ts';

const oddTexts = ['é', '🎉', '\u0000', "' OR 1=1 --", '\\', '\ud800', 'x'.repeat(5_000), ':companyId', '?'];

describe.each(servers)('the stores of companies, keys and audit on $name', ({ server }) => {
  let stores: OpenStores;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());

  it('pages companies from the newest on, or shows the one that a caller may see', async () => {
    const made = [];
    for (const name of ['A', 'B', 'C']) made.push(await stores.app.companies.create({ name, timeZone: 'UTC' }, by));
    const first = await stores.app.companies.list({ limit: 2 });
    expect(first.items.map(({ name }) => name)).toEqual(['C', 'B']);
    const rest = await stores.app.companies.list({ limit: 50, cursor: first.nextCursor! });
    expect(rest.items[0]!.name).toBe('A');
    expect(rest.nextCursor).toBeNull();
    const own = await stores.app.companies.list({ limit: 50, companyId: made[1]!.id });
    expect(own.items).toEqual([made[1]]);
    expect(await stores.app.companies.find('comp_none')).toBeNull();
  });

  it('finds people by company and role, the platform’s own among them, and nobody else’s', async () => {
    const [mine, other] = [await connectedCompany(stores.app), await connectedCompany(stores.app, 'Other')];
    const platform = await stores.app.users.create(
      { companyId: null, name: 'Pat', email: 'pat@example.com', phone: null, role: 'platform_admin' },
      by,
    );
    expect((await stores.app.users.withRole(mine.companyId, 'company_admin')).map(({ id }) => id)).toEqual([mine.ownerId]);
    expect((await stores.app.users.withRole(null, 'platform_admin')).map(({ id }) => id)).toEqual([platform.id]);
    expect((await stores.app.users.list({ companyId: other.companyId, limit: 5 })).items.map(({ id }) => id)).toEqual([
      other.ownerId,
    ]);
  });

  it('shows a key once, keeps its hash, and knows it until it is revoked', async () => {
    const { companyId } = await connectedCompany(stores.app);
    const active = await stores.app.apiKeys.countActive();
    const { id, key } = await stores.app.apiKeys.create({ companyId, role: 'operator', label: 'Front desk' }, by);
    expect(key).toMatch(/^lw_[0-9a-f]{12}_[\w-]{43}$/);
    expect(await stores.app.apiKeys.authenticate(key)).toEqual({
      caller: { id, companyId, role: 'operator', userId: null },
    });
    for (const wrong of [`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`, key.slice(0, 15), '', 'lw_', `${key}x`])
      expect(await stores.app.apiKeys.authenticate(wrong)).toEqual({ refused: 'unknown' });
    const [rows] = await stores.appDb.query('SELECT * FROM api_keys');
    const { items } = await stores.app.apiKeys.list({ companyId, limit: 5 });
    expect(items).toMatchObject([{ id, label: 'Front desk', revokedAt: null }]);
    expect(JSON.stringify([rows, items])).not.toContain(key.slice(16));
    expect(await stores.app.apiKeys.countActive()).toBe(active + 1);
    expect(await stores.app.apiKeys.revoke(id, by)).toBe(true);
    expect(await stores.app.apiKeys.revoke(id, by)).toBe(false);
    expect(await stores.app.apiKeys.authenticate(key)).toEqual({ refused: 'revoked' });
    expect((await stores.app.apiKeys.find(id))!.revokedAt).toBeInstanceOf(Date);
  });

  it('takes a key until its end, and writes its last use once a minute', async () => {
    const { companyId } = await connectedCompany(stores.app);
    const expiresAt = new Date(Date.now() + 600_000);
    const { id, key } = await stores.app.apiKeys.create({ companyId, role: 'viewer', label: 'Guest', expiresAt }, by);
    const usedAt = async () => (await stores.app.apiKeys.find(id))!.lastUsedAt?.getTime();
    const shift = (column: string, minutes: number) =>
      write(stores.appDb, `UPDATE api_keys SET ${column} = ${column} - INTERVAL ${minutes} MINUTE WHERE id = :id`, { id });
    expect(await usedAt()).toBeUndefined();
    expect(await stores.app.apiKeys.authenticate(key)).toHaveProperty('caller');
    const first = await usedAt();
    expect(Math.abs(first! - Date.now())).toBeLessThan(5_000);
    await stores.app.apiKeys.authenticate(key);
    expect(await usedAt()).toBe(first);
    await shift('last_used_at', 2);
    await stores.app.apiKeys.authenticate(key);
    expect(await usedAt()).toBeGreaterThanOrEqual(first!);
    await shift('expires_at', 11);
    expect(await stores.app.apiKeys.authenticate(key)).toEqual({ refused: 'expired' });
    expect((await stores.app.apiKeys.list({ companyId, limit: 1 })).items[0]).toMatchObject({ id, userId: null });
  });

  it('takes a person’s key in the lower of both roles, and not while the person is disabled', async () => {
    const { companyId, ownerId } = await connectedCompany(stores.app);
    const { key } = await stores.app.apiKeys.create({ companyId, role: 'company_admin', label: 'Olga', userId: ownerId }, by);
    const role = async () => {
      const check = await stores.app.apiKeys.authenticate(key);
      return 'caller' in check ? check.caller.role : check.refused;
    };
    expect(await role()).toBe('company_admin');
    await stores.app.users.update(ownerId, { role: 'viewer' }, by);
    expect(await role()).toBe('viewer');
    await stores.app.users.update(ownerId, { role: 'company_admin' }, by);
    await stores.app.users.disable(ownerId, by);
    await stores.app.users.disable(ownerId, by);
    expect(await role()).toBe('disabled');
    expect(await stores.app.users.withRole(companyId, 'company_admin')).toEqual([]);
    await stores.app.users.enable(ownerId, by);
    expect(await role()).toBe('company_admin');
    const { items } = await stores.app.audit.list({ companyId, limit: 4 });
    expect(items.map(({ action }) => action)).toEqual(['user.enable', 'user.disable', 'user.update', 'user.update']);
    expect(items[2]!.detail).toEqual({ changed: ['role'], before: { role: 'viewer' }, after: { role: 'company_admin' } });
  });

  it('links the tokens of an issuer’s subject to one person', async () => {
    const [{ ownerId }, other] = [await connectedCompany(stores.app), await connectedCompany(stores.app, 'Other')];
    const token = { issuer: 'https://id.example.com/', subject: `auth0|${ownerId}` };
    await stores.app.users.linkToken(ownerId, token, by);
    expect((await stores.app.users.findByToken(token))!.id).toBe(ownerId);
    expect(await stores.app.users.findByToken({ ...token, issuer: 'https://id.example.com' })).toBeNull();
    expect(await stores.app.users.findByToken({ ...token, subject: token.subject.toUpperCase() })).toBeNull();
    await expect(stores.app.users.linkToken(other.ownerId, token, by)).rejects.toThrow('another person already');
    await stores.app.users.linkToken(ownerId, null, by);
    expect(await stores.app.users.findByToken(token)).toBeNull();
    expect((await stores.app.users.linkToken(other.ownerId, token, by)).tokenSubject).toBe(token.subject);
  });

  it('chains each company’s audit rows, also when many are written at once', async () => {
    const [mine, other] = [await connectedCompany(stores.app), await connectedCompany(stores.app, 'Other')];
    const entry = (companyId: string, place: number) => ({
      companyId,
      actor: 'user_a',
      action: 'connection.read' as const,
      subject: `conn_${place}`,
      outcome: 'refused' as const,
      detail: { b: 1.5, a: { z: null, y: ['é', 2] }, place },
    });
    const places = Array.from({ length: 20 }, (_, place) => place);
    await Promise.all(
      places.flatMap((place) => [
        stores.app.audit.append(entry(mine.companyId, place)),
        stores.app.audit.append(entry(other.companyId, place)),
      ]),
    );
    const { items } = await stores.app.audit.list({ companyId: mine.companyId, limit: 100 });
    expect(items.map(({ sequence }) => sequence)).toEqual(items.map((_, place) => items.length - place));
    items.slice(0, -1).forEach((row, place) => expect(row.previousHash).toBe(items[place + 1]!.hash));
    expect(items.every(({ companyId }) => companyId === mine.companyId)).toBe(true);
    expect(items[0]!.detail).toMatchObject({ b: 1.5, a: { z: null, y: ['é', 2] } });
    expect((await stores.app.audit.verify(mine.companyId)).finding?.sequence ?? null).toBeNull();
    const page = await stores.app.audit.list({ companyId: mine.companyId, limit: 5, cursor: '6' });
    expect(page.items.map(({ sequence }) => sequence)).toEqual([5, 4, 3, 2, 1]);
  });

  it('writes the audit row in the change’s own transaction: a change that fails leaves none', async () => {
    const { companyId, connectionId } = await connectedCompany(stores.app);
    const before = await stores.app.audit.list({ companyId, limit: 50 });
    const note = {
      companyId,
      connectionId,
      body: 'Texts are up.',
      sourceLabel: 'Twilio',
      action: 'Call back.',
      from: '2026-11-20',
      until: '2026-11-01',
      activityId: '1',
      automationRunId: null,
      state: 'published' as const,
    };
    await expect(stores.app.notes.create(note, by)).rejects.toThrow('its last day lies before its first');
    expect((await stores.app.audit.list({ companyId, limit: 50 })).items).toEqual(before.items);
    await stores.app.notes.create({ ...note, until: '2026-11-30' }, by);
    const [newest] = (await stores.app.audit.list({ companyId, limit: 1 })).items;
    expect(newest).toMatchObject({ action: 'note.create', actor: by.actor, from: by.from, outcome: 'done' });
    const notes = await stores.app.notes.list({ companyId, limit: 5 });
    expect(notes.items).toMatchObject([{ from: '2026-11-20', until: '2026-11-30', body: 'Texts are up.' }]);
  });

  it('answers a repeated creating call with its first answer, kept sealed', async () => {
    const { idempotency } = stores.app;
    const call = { scope: 'key_1:POST /v1/api-keys', key: 'abc', requestHash: 'h1' };
    expect(await idempotency.begin(call)).toEqual({ state: 'new' });
    expect(await idempotency.begin(call)).toEqual({ state: 'running' });
    expect(await idempotency.begin({ ...call, requestHash: 'h2' })).toEqual({ state: 'mismatch' });
    await idempotency.finish(call.scope, call.key, 201, { key: 'canary' });
    expect(await idempotency.begin(call)).toEqual({ state: 'done', status: 201, body: { key: 'canary' } });
    expect(await idempotency.begin({ ...call, scope: 'key_2:POST /v1/api-keys' })).toEqual({ state: 'new' });
    const [rows] = await stores.appDb.query('SELECT HEX(body) AS body FROM api_idempotency_keys WHERE body IS NOT NULL');
    expect(JSON.stringify(rows)).not.toContain(Buffer.from('canary').toString('hex').toUpperCase());
    await idempotency.abandon(call.scope, call.key);
    await idempotency.letGo(call.scope, call.key);
    expect((await idempotency.begin(call)).state).toBe('done');
  });

  it('gives a key out again that was let go, and says that it was used before', async () => {
    const { idempotency } = stores.app;
    const call = { scope: 'key_3:POST /v1/messages', key: 'abc', requestHash: 'h1' };
    const states: string[] = [];
    const begin = async () => void states.push((await idempotency.begin(call)).state);
    await begin();
    await idempotency.letGo(call.scope, call.key);
    for (let time = 0; time < 2; time += 1) await begin();
    await idempotency.abandon(call.scope, call.key);
    await begin();
    expect(states).toEqual(['new', 'again', 'running', 'new']);
  });

  it('gives a key out again when its call failed without effect, or its process died', async () => {
    const { idempotency } = stores.app;
    const call = { scope: 'key_1:POST /v1/x', key: 'abc', requestHash: 'h1' };
    await idempotency.begin(call);
    await idempotency.abandon(call.scope, call.key);
    expect(await idempotency.begin(call)).toEqual({ state: 'new' });
    await stores.appDb.query(
      `UPDATE api_idempotency_keys SET begun_at = begun_at - INTERVAL 2 MINUTE WHERE scope = '${call.scope}'`,
    );
    const answers = await Promise.all(Array.from({ length: 5 }, () => idempotency.begin(call)));
    expect(answers.filter(({ state }) => state === 'again')).toHaveLength(1);
  });

  it('gives the key of a dead process out again in time, however far that process’s clock was ahead', async () => {
    const { idempotency } = stores.app;
    const call = { scope: 'key_4:POST /v1/messages', key: 'ahead', requestHash: 'h1' };
    clockAt(Date.now() + 300_000);
    try {
      await idempotency.begin(call);
    } finally {
      jest.useRealTimers();
    }
    await stores.appDb.query(
      `UPDATE api_idempotency_keys SET begun_at = begun_at - INTERVAL 2 MINUTE WHERE scope = '${call.scope}'`,
    );
    expect(await idempotency.begin(call)).toEqual({ state: 'again' });
  });

  it('forgets answers after a day, however many there are, and keeps the younger ones', async () => {
    const { idempotency } = stores.app;
    const answered = async (scope: string, keys: string[]) => {
      await Promise.all(
        keys.map(async (key) => {
          await idempotency.begin({ scope, key, requestHash: 'h1' });
          await idempotency.finish(scope, key, 201, { key: 'canary' });
        }),
      );
    };
    const old = Array.from({ length: 1_010 }, (_, n) => `old-${n}`);
    await answered('key_old', old);
    await answered('key_young', ['young']);
    const age = (scope: string, hours: number) =>
      stores.appDb.query(
        `UPDATE api_idempotency_keys SET begun_at = UTC_TIMESTAMP(3) - INTERVAL ${hours} HOUR WHERE scope = '${scope}'`,
      );
    await age('key_old', 25);
    await age('key_young', 23);
    const lines: object[] = [];
    const log = { info: (line: object) => void lines.push(line), error: (line: object) => void lines.push(line) };
    const work = forgetAnswers({ idempotency, log: log as never });
    await work.stop();
    expect(lines).toEqual([{ forgotten: 1_010 }]);
    const [left] = await stores.appDb.query(`SELECT scope FROM api_idempotency_keys WHERE scope IN ('key_old', 'key_young')`);
    expect(left).toEqual([{ scope: 'key_young' }]);
    const call = { key: 'young', requestHash: 'h1', scope: 'key_young' };
    expect(await idempotency.begin(call)).toEqual({ state: 'done', status: 201, body: { key: 'canary' } });
  });

  it('disables a provider that is no longer registered, and keeps its row', async () => {
    const twilio = { key: 'twilio', label: 'Twilio', category: 'messaging', authKinds: ['basic', 'api_key'] };
    const gone = { key: 'gone', label: 'Gone', category: 'crm', authKinds: [] };
    await stores.app.providers.sync([twilio, gone]);
    await stores.app.providers.sync([twilio]);
    expect(await stores.app.providers.list()).toEqual([
      { ...gone, enabled: false },
      { ...twilio, enabled: true },
    ]);
  });

  it('takes any text for an id that a caller may send: it is unknown, not a failure', async () => {
    for (const text of oddTexts) {
      expect(await stores.app.companies.find(text)).toBeNull();
      expect(await stores.app.connections.find(text)).toBeNull();
      expect(await stores.app.connections.list({ companyId: text, limit: 5 })).toEqual({ items: [], nextCursor: null });
      expect(await stores.app.health.list({ companyId: text, limit: 5 })).toEqual({ items: [], nextCursor: null });
      expect(await stores.app.records.messages({ connectionId: text, limit: 5 })).toEqual({ items: [], nextCursor: null });
      expect(await stores.app.optOuts.isOptedOut(text, text)).toBe(false);
      expect(
        await stores.app.idempotency.begin({ scope: `key_1:${text.slice(0, 99)}`, key: text.slice(0, 99), requestHash: 'h' }),
      ).toEqual({
        state: 'new',
      });
      expect(await stores.traffic.events.idOf(text, text)).toBeNull();
      await stores.app.audit.append({
        companyId: null,
        actor: 'key_1',
        action: 'run.read',
        subject: text,
        outcome: 'refused',
        detail: { text },
      });
    }
    expect((await stores.app.audit.verify('platform')).finding).toBeNull();
  });

  it('takes any text for a cursor: one that it never gave out is refused by name, or begins nowhere', async () => {
    const { companyId, connectionId } = await connectedCompany(stores.app);
    for (const cursor of oddTexts) {
      const page = { limit: 1, cursor };
      expect((await stores.app.companies.list(page)).items.length).toBeLessThanOrEqual(1);
      expect((await stores.app.health.list(page)).items.length).toBeLessThanOrEqual(1);
      await expect(stores.app.audit.list({ companyId, ...page })).rejects.toThrow(BadCursor);
      await expect(stores.app.records.messages({ connectionId, ...page })).rejects.toThrow(BadCursor);
      await expect(stores.app.optOuts.list({ connectionId, ...page })).rejects.toThrow(BadCursor);
      await expect(stores.traffic.events.list({ connectionId, ...page })).rejects.toThrow(BadCursor);
    }
  });

  it('says in one sentence that the database does not answer', async () => {
    const nowhere = openDatabase('mysql://root:canary@127.0.0.1:9/none', { poolMax: 1 });
    await expect(nowhere.query('SELECT 1')).rejects.toThrow('The database cannot be reached: connect ECONNREFUSED');
    await nowhere.close();
  });
});
