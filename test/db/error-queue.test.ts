/** Failed work by the ladder, by filter and by page. One item for each failure is told in people.test.ts. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { by, connectedCompany, openStores, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('The queue of failed work on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  type Input = Parameters<OpenStores['app']['errorQueue']['put']>[0];
  const put = (cause: string, more: Partial<Input> = {}) =>
    stores.app.errorQueue.put({
      companyId: at.companyId,
      connectionId: at.connectionId,
      kind: 'event',
      cause,
      code: 'defect',
      sentence: `It failed with "${cause}".`,
      rawEventId: null,
      ...more,
    });
  const find = async (id: string) => (await stores.app.errorQueue.find(id))!;
  const later = (ms: number) => new Date(Date.now() + ms);
  const take = (now: Date) => stores.app.queueRetries.takeDue({ connectionId: at.connectionId, now, limit: 10 });

  it('says when each is tried again, by the connection’s own ladder, and keeps what was taken due until it is settled', async () => {
    const usual = await put('one');
    const waitMs = usual.nextAttemptAt!.getTime() - Date.now();
    expect(waitMs).toBeGreaterThan(3_000);
    expect(waitMs).toBeLessThan(6_500);
    await stores.app.connections.saveSettings(at.connectionId, { policy: { retryLadderMs: [60_000, 1] } }, by);
    const patient = await put('two');
    expect((await find(patient.id)).nextAttemptAt!.getTime()).toBeGreaterThan(Date.now() + 40_000);
    expect(await stores.app.queueRetries.earliest(at.connectionId)).toEqual((await find(usual.id)).nextAttemptAt);

    expect(await take(new Date())).toEqual([]);
    const taken = await take(later(10_000));
    expect(taken).toMatchObject([{ id: usual.id, state: 'retrying', attempts: 1 }]);
    // The process died: it is due as before.
    expect(await take(later(10_000))).toEqual(taken);
    const again = await put('one');
    expect(again.id).toBe(usual.id);
    expect(await find(usual.id)).toMatchObject({ state: 'pending', attempts: 2 });
    expect(await put('one')).toMatchObject({ nextAttemptAt: null });
    expect(await find(usual.id)).toMatchObject({ state: 'dead', attempts: 3 });
    expect(await take(later(10_000))).toEqual([]);
  });

  it('leaves what time does not mend to a person, until what mends it is there', async () => {
    const { id, nextAttemptAt } = await put('one', { kind: 'page', code: 'credentials_rejected' });
    expect(nextAttemptAt).toBeNull();
    expect(await find(id)).toMatchObject({ state: 'pending', mend: 'credentials' });
    expect(await stores.app.queueRetries.earliest(at.connectionId)).toBeNull();
    expect(await stores.app.queueRetries.mended(at.connectionId, 'permission', new Date())).toBe(0);
    expect(await stores.app.queueRetries.mended(at.connectionId, 'credentials', new Date())).toBe(1);
    expect(await take(later(1_000))).toMatchObject([{ id }]);
    await stores.app.queueRetries.postpone([id], later(60_000));
    expect(await take(later(1_000))).toEqual([]);
    expect(await find(id)).toMatchObject({ state: 'pending', attempts: 1, nextAttemptAt: expect.any(Date) });
    await stores.app.queueRetries.giveUp([id], 'It is gone.');
    expect(await find(id)).toMatchObject({ state: 'dead', sentence: 'It is gone.', nextAttemptAt: null });
  });

  it('finds the connections whose due work nobody takes', async () => {
    const other = await connectedCompany(stores.app, 'Other');
    await put('one');
    await put('two', { code: 'ambiguous' });
    const overdue = (ms: number) => stores.app.queueRetries.overdue([at.connectionId, other.connectionId], later(ms));
    expect([...(await overdue(0))]).toEqual([]);
    expect([...(await overdue(10_000))]).toEqual([at.connectionId]);
    await stores.app.queueRetries.handOver([(await take(later(10_000)))[0]!.id], later(60_000));
    expect([...(await overdue(10_000))]).toEqual([]);
  });

  it('resolves the pages that a run got past, and no others', async () => {
    const page = (cause: string) => put(cause, { kind: 'page', code: 'provider_unavailable' });
    const [past, here, foreign] = [await page('job_a@1'), await page('job_a@2'), await page('job_b@1')];
    const states = async () => Promise.all([past, here, foreign].map(async ({ id }) => (await find(id)).state));
    await stores.app.errorQueue.settlePages({ connectionId: at.connectionId, jobId: 'job_a', stillAt: 'job_a@2' });
    expect(await states()).toEqual(['resolved', 'pending', 'pending']);
    await stores.app.errorQueue.settlePages({ connectionId: at.connectionId, jobId: 'job_a', stillAt: null });
    expect(await states()).toEqual(['resolved', 'resolved', 'pending']);
    expect((await find(past.id)).nextAttemptAt).toBeNull();
  });

  it('finds and closes many by one filter, with one audit row', async () => {
    const fit = { kind: 'record', code: 'record_rejected', object: 'message', mappingVersion: 2 } as const;
    const [first, second] = [await put('a', fit), await put('b', fit)];
    await put('c', { ...fit, mappingVersion: 3, sentence: 'Something else is wrong.' });
    await put('d');
    const { reason } = await find(first.id);
    expect((await find(second.id)).reason).toBe(reason);
    const list = async (filter: object) =>
      (await stores.app.errorQueue.list({ connectionId: at.connectionId, limit: 10, ...filter })).items.map(({ cause }) => cause);
    expect(await list({ reason: reason! })).toEqual(['b', 'a']);
    expect(await list({ kind: 'record', mappingVersion: 3 })).toEqual(['c']);
    expect(await list({ code: 'defect', state: 'pending', mend: 'time' })).toEqual(['d']);
    expect(await list({ cause: 'b', object: 'message' })).toEqual(['b']);
    expect(await list({ firstSeenFrom: later(60_000).toISOString() })).toEqual([]);
    expect(await list({ firstSeenBefore: later(60_000).toISOString(), itemIds: [second.id] })).toEqual(['b']);
    expect(await stores.app.errorQueue.count(at.connectionId, { kind: 'record' })).toBe(3);

    const { connectionId, companyId } = at;
    const close = { connectionId, companyId, filter: { reason: reason! }, to: 'ignored' as const, note: 'Test records.' };
    expect(await stores.app.errorQueue.closeMany(close, by)).toMatchObject({ closed: 2, left: 0 });
    expect(await find(first.id)).toMatchObject({ state: 'ignored', note: 'Test records.', closedBy: by.actor });
    expect(await stores.app.errorQueue.count(at.connectionId, {})).toBe(2);
    const [newest] = (await stores.app.audit.list({ companyId, limit: 1 })).items;
    expect(newest).toMatchObject({ action: 'failure.ignore', subject: connectionId, detail: { items: 2 } });
  });

  it('groups what is open by its cause and connection, page by page, the one that grew last first', async () => {
    const { companyId } = at;
    const fit = { kind: 'record', code: 'record_rejected' } as const;
    const groups = async (more: { cursor?: string; limit?: number; connectionId?: string; reason?: string } = {}) =>
      stores.app.errorQueue.groups({ companyId, limit: 10, ...more });
    expect(await groups()).toEqual({ items: [], nextCursor: null });
    const first = await put('a', fit);
    const dead = await put('x', { code: 'ambiguous', sentence: 'Nobody knows.' });
    await put('b', fit);
    const other = await put('c', { ...fit, sentence: 'Something else is wrong.' });
    await stores.app.errorQueue.ignore((await put('gone', fit)).id, 'Not needed.', by);
    await stores.app.queueRetries.giveUp([dead.id], 'Nobody knows.');
    const { items } = await groups();
    expect(items.map(({ newest, items: count, dead: given }) => [newest.cause, count, given])).toEqual([
      ['c', 1, 0],
      ['b', 2, 0],
      ['x', 1, 1],
    ]);
    const { reason } = await find(first.id);
    expect(items[1]).toMatchObject({ reason, connection: { id: at.connectionId }, nextAttemptAt: null, retrying: 0 });
    expect(items[1]!.firstSeenAt).toEqual((await find(first.id)).firstSeenAt);
    const page = await groups({ limit: 1 });
    expect(page).toMatchObject({ items: [{ newest: { id: other.id } }], nextCursor: other.id });
    expect((await groups({ cursor: page.nextCursor! })).items).toEqual(items.slice(1));
    expect((await groups({ connectionId: 'conn_other' })).items).toEqual([]);
    expect((await groups({ connectionId: at.connectionId, reason: reason! })).items).toEqual([items[1]]);
    expect(await stores.app.errorQueue.count(at.connectionId, { reason: reason! })).toBe(2);
  });

  it('opens again what a person closed, as far up the ladder as it was', async () => {
    const { errorQueue, queueRetries, audit } = stores.app;
    const [soon, waiting] = [await put('one'), await put('two', { code: 'ambiguous' })];
    await stores.app.connections.saveSettings(at.connectionId, { policy: { retryLadderMs: [60_000] } }, by);
    const dead = await put('three');
    await put('three');
    for (const { id } of [soon, waiting, dead]) await errorQueue.ignore(id, 'By mistake.', by);
    expect(await queueRetries.earliest(at.connectionId)).toBeNull();
    expect(await errorQueue.reopen(soon.id, by)).toMatchObject({ state: 'pending', attempts: 1, note: null, closedAt: null });
    expect(await take(new Date())).toMatchObject([{ id: soon.id }]);
    expect(await errorQueue.reopen(waiting.id, by)).toMatchObject({ state: 'pending', nextAttemptAt: null, closedBy: null });
    expect(await errorQueue.reopen(dead.id, by)).toMatchObject({ state: 'dead', nextAttemptAt: null });
    expect(await errorQueue.reopen(dead.id, by)).toMatchObject({ state: 'dead' });
    const { items } = await audit.list({ companyId: at.companyId, limit: 10 });
    expect(items.filter(({ action }) => action === 'failure.reopen').map(({ subject }) => subject)).toEqual([
      dead.id,
      waiting.id,
      soon.id,
    ]);
    // A repeat of what is open again is the same item.
    expect((await put('two', { code: 'ambiguous' })).id).toBe(waiting.id);
  });

  it('keeps closed what was settled by itself, what failed again since, and a push', async () => {
    const { errorQueue } = stores.app;
    const settled = await put('one', { rawEventId: '7' });
    await errorQueue.settle({ connectionId: at.connectionId, rawEventIds: ['7'] });
    await expect(errorQueue.reopen(settled.id, by)).rejects.toThrow('settled by itself');
    const again = await put('two');
    await errorQueue.resolve(again.id, 'Done.', by);
    await put('two');
    await expect(errorQueue.reopen(again.id, by)).rejects.toThrow('failed again since');
    const push = await put('push_1', { kind: 'push' });
    await errorQueue.ignore(push.id, 'Not needed.', by);
    await expect(errorQueue.reopen(push.id, by)).rejects.toThrow('The push was over');
  });

  it('undoes one closing of many, by whom and when it was, and nothing else', async () => {
    const { connectionId, companyId } = at;
    const { errorQueue } = stores.app;
    const ids = [(await put('a')).id, (await put('b')).id, (await put('p', { kind: 'push' })).id];
    const earlier = await put('earlier');
    await errorQueue.ignore(earlier.id, 'Not needed.', by);
    const close = { connectionId, companyId, filter: {}, to: 'ignored' as const, note: 'By mistake.' };
    const { closedAt } = await errorQueue.closeMany(close, by);
    await put('b');
    const undo = { connectionId, companyId, closedAt };
    expect(await errorQueue.reopenMany(undo, { actor: 'somebody else' })).toEqual({ reopened: 0, kept: 0 });
    expect(await errorQueue.reopenMany(undo, by)).toEqual({ reopened: 1, kept: 2 });
    const states = await Promise.all([...ids, earlier.id].map(async (id) => (await find(id)).state));
    expect(states).toEqual(['pending', 'ignored', 'ignored', 'ignored']);
    const list = async (open: boolean) =>
      (await errorQueue.list({ connectionId, open, limit: 10 })).items.map(({ cause }) => cause).toSorted();
    expect([await list(true), await list(false)]).toEqual([
      ['a', 'b'],
      ['b', 'earlier', 'p'],
    ]);
  });
});
