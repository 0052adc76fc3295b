import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { select } from '../../db/sql.ts';
import { by, connectedCompany, openStores, servers, type OpenStores } from './stores.ts';

const lease = { holder: 'here', leaseMs: 60_000, once: null };
const fresh = { values: { accessToken: 'a2', refreshToken: 'r2' }, scopes: ['deals'], endsInMs: 1_800_000, refreshInMs: 900_000 };

describe.each(servers)('tokens that are renewed on $name', ({ server }) => {
  let stores: OpenStores;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());

  async function token(state: 'staged' | 'active' = 'active') {
    const { connection } = await connectedCompany(stores.app);
    const values = { accessToken: 'a1', refreshToken: 'r1' };
    const owner = { connectionId: connection.id, companyId: connection.companyId };
    const { tokenId } = await stores.app.credentials.stage({ ...owner, kind: 'oauth2', values }, by);
    if (state === 'active') await stores.app.credentials.activate(tokenId);
    return { tokenId, connectionId: connection.id, companyId: connection.companyId };
  }
  const store = () => stores.app.tokens;
  const leased = async (tokenId: string, more: object = {}) => {
    const claimed = await store().claim(tokenId, { ...lease, ...more });
    if (claimed.got !== 'lease') throw new Error(`There is no lease to have: ${claimed.got}.`);
    return claimed.lease;
  };
  const sql = (statement: string, tokenId: string) =>
    stores.appDb.query(`UPDATE integration_tokens SET ${statement} WHERE id = :tokenId`, { replacements: { tokenId } });
  const endLease = (tokenId: string) => sql('lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND', tokenId);

  it('go to one of many who claim them at once', async () => {
    const { tokenId } = await token();
    const all = await Promise.all(Array.from({ length: 20 }, () => store().claim(tokenId, lease)));
    expect(all.map(({ got }) => got).toSorted()).toEqual(['lease', ...Array<string>(19).fill('taken')]);
  });

  it('are kept with their times by the database’s clock, and are not due again before their time', async () => {
    const { tokenId, connectionId } = await token();
    expect(await store().read({ connectionId })).toMatchObject({ isDue: true, endsInMs: null, scopes: null });
    expect(await store().commit((await store().beginAttempt(await leased(tokenId), 60_000))!, fresh)).toBe(true);
    const kept = await store().read({ connectionId });
    expect(kept).toMatchObject({ tokenId, isDue: false, scopes: ['deals'], values: fresh.values, lostReason: null });
    expect(kept!.endsInMs).toBeGreaterThan(1_790_000);
    expect(kept!.endsInMs).toBeLessThanOrEqual(1_800_000);
    expect(await store().claim(tokenId, lease)).toEqual({ got: 'not_due' });
    expect(await store().claim(tokenId, { ...lease, rejected: 'a1' })).toEqual({ got: 'not_due' });
    expect((await store().claim(tokenId, { ...lease, rejected: 'a2' })).got).toBe('lease');
  });

  it('are due early, and in their last moment', async () => {
    const { tokenId } = await token();
    await store().commit(await leased(tokenId), fresh);
    await sql('refresh_at = UTC_TIMESTAMP(3)', tokenId);
    expect(await store().read({ tokenId })).toMatchObject({ isDue: true });
    await sql('refresh_at = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR, expires_at = UTC_TIMESTAMP(3)', tokenId);
    expect(await store().read({ tokenId })).toMatchObject({ isDue: true });
  });

  it('take nothing from a holder whose lease was taken over', async () => {
    const { tokenId } = await token();
    const late = await leased(tokenId);
    await endLease(tokenId);
    const next = await leased(tokenId);
    expect(await store().beginAttempt(late, 60_000)).toBeNull();
    expect(await store().commit(late, { ...fresh, values: { accessToken: 'late' } })).toBe(false);
    expect(await store().lose(late, 'Late.')).toBe(false);
    await store().release(late, { dueInMs: 0, heldMs: 0 });
    expect(await store().commit((await store().beginAttempt(next, 60_000))!, fresh)).toBe(true);
    expect(await store().read({ tokenId })).toMatchObject({ values: fresh.values, lostReason: null });
  });

  it('are lost to the next holder where an answer was lost and asking twice is not harmless', async () => {
    const once = { graceMs: 0, lateMs: 60_000, sentence: 'Nobody can know.' };
    const { tokenId, connectionId, companyId } = await token();
    await store().beginAttempt(await leased(tokenId, { once }), 60_000);
    expect(await store().claim(tokenId, { ...lease, once })).toEqual({ got: 'taken' });
    for (const got of ['taken', 'lost']) {
      await endLease(tokenId);
      expect(await store().claim(tokenId, { ...lease, once })).toEqual({ got });
    }
    expect(await store().read({ connectionId })).toMatchObject({ lostReason: 'Nobody can know.' });
    expect(await store().claim(tokenId, lease)).toEqual({ got: 'lost' });
    const { items } = await stores.app.audit.list({ companyId, limit: 1 });
    expect(items).toMatchObject([
      { action: 'credentials.lose', subject: tokenId, detail: { connectionId, reason: 'Nobody can know.' } },
    ]);
  });

  it('are still kept by a late holder for a while after its lease has ended, however long the database was away', async () => {
    const once = { graceMs: 0, lateMs: 60_000, sentence: 'Nobody can know.' };
    const { tokenId } = await token();
    const held = (await store().beginAttempt(await leased(tokenId, { once }), 60_000))!;
    await sql('lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 HOUR', tokenId);
    for (const _ of [1, 2]) expect(await store().claim(tokenId, { ...lease, once })).toEqual({ got: 'taken' });
    expect(await store().commit(held, fresh)).toBe(true);
    expect(await store().read({ tokenId })).toMatchObject({ values: fresh.values, lostReason: null });
  });

  it('are leased anew for the request itself', async () => {
    const { tokenId } = await token();
    const claimed = await leased(tokenId);
    await sql('lease_until = UTC_TIMESTAMP(3) + INTERVAL 5 SECOND', tokenId);
    await store().beginAttempt(claimed, 60_000);
    const [row] = await select<{ leftS: number }>(
      stores.appDb,
      'SELECT TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(3), lease_until) AS leftS FROM integration_tokens WHERE id = :tokenId',
      { tokenId },
    );
    expect(row!.leftS).toBeGreaterThan(30);
  });

  it('are asked for by nobody while the provider wants a pause, and then by one', async () => {
    const { tokenId } = await token();
    await store().commit(await leased(tokenId), fresh);
    await store().release(await leased(tokenId, { rejected: 'a2' }), { dueInMs: 30_000, heldMs: 60_000 });
    for (const rejected of ['a2', undefined]) {
      await sql('refresh_at = UTC_TIMESTAMP(3)', tokenId);
      const claimed = await store().claim(tokenId, { ...lease, rejected });
      expect(claimed).toEqual({ got: 'held', forMs: expect.any(Number) });
      expect((claimed as { forMs: number }).forMs).toBeGreaterThan(30_000);
    }
    await endLease(tokenId);
    expect((await store().claim(tokenId, lease)).got).toBe('lease');
  });

  it('are asked for again within the vendor’s grace, counted from the first time', async () => {
    const once = { graceMs: 1_800_000, lateMs: 60_000, sentence: 'Nobody can know.' };
    const { tokenId } = await token();
    for (const _ of [1, 2]) {
      expect(await store().beginAttempt(await leased(tokenId, { once }), 60_000)).not.toBeNull();
      await endLease(tokenId);
    }
    await sql('refresh_attempted_at = UTC_TIMESTAMP(3) - INTERVAL 31 MINUTE', tokenId);
    expect(await store().claim(tokenId, { ...lease, once })).toEqual({ got: 'taken' });
    await endLease(tokenId);
    expect(await store().claim(tokenId, { ...lease, once })).toEqual({ got: 'lost' });
  });

  it('are asked for again where that is harmless, and a lease that nobody asked under is no lost answer', async () => {
    const { tokenId } = await token();
    await store().beginAttempt(await leased(tokenId), 60_000);
    await endLease(tokenId);
    await leased(tokenId);
    const untouched = await token();
    const once = { graceMs: 0, lateMs: 60_000, sentence: 'Nobody can know.' };
    await leased(untouched.tokenId, { once });
    await endLease(untouched.tokenId);
    expect((await store().claim(untouched.tokenId, { ...lease, once })).got).toBe('lease');
  });

  it('do not come back after they were withdrawn', async () => {
    const { tokenId, connectionId } = await token();
    const held = (await store().beginAttempt(await leased(tokenId), 60_000))!;
    await stores.app.credentials.forget(connectionId, by);
    expect(await store().commit(held, fresh)).toBe(false);
    expect(await store().read({ tokenId })).toBeNull();
    const [row] = await select<{ ciphertext: Buffer | null }>(
      stores.appDb,
      'SELECT ciphertext FROM integration_tokens WHERE id = :tokenId',
      { tokenId },
    );
    expect(row!.ciphertext).toBeNull();
  });

  it('are all that a connection still holds, staged ones too', async () => {
    const { tokenId, connectionId, companyId } = await token();
    const staged = await stores.app.credentials.stage({ connectionId, companyId, kind: 'oauth2', values: { code: 'c' } }, by);
    expect((await stores.app.tokens.held(connectionId)).map((held) => held.tokenId)).toEqual([tokenId, staged.tokenId]);
    expect(await store().read({ connectionId })).toMatchObject({ tokenId });
  });
});
