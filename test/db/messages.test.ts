import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Conflict, NotFound } from '../../db/errors.ts';
import { deliveryStatuses, mayAdvance, type DeliveryStatus } from '../../domain/delivery-status.ts';
import { by, connectedCompany, openStores, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('the messages stores on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const queued = (place: Connected = at) =>
    stores.app.deliveries.create(
      {
        companyId: place.companyId,
        connectionId: place.connectionId,
        templateId: null,
        variables: { name: 'Ann' },
        from: '+15550002222',
        to: '+15550003333',
        body: 'Hello Ann',
        segments: 1,
      },
      by,
    );
  const sent = (externalId: string, status: DeliveryStatus = 'accepted') => ({
    externalId,
    status,
    segments: 2,
    errorCode: null,
    source: 'us' as const,
  });
  const statusOf = async (id: string) => (await stores.app.deliveries.find(id))!.status;

  it('lets one claimer go first, also among ten at once, and tells the others what was tried', async () => {
    const { id } = await queued();
    const claims = await Promise.all(Array.from({ length: 10 }, () => stores.app.deliveries.claim(id)));
    expect(claims.filter((attempt) => attempt !== null)).toEqual([1]);
    const { number, elapsedMs } = await stores.app.deliveries.lastAttempt(id);
    expect(number).toBe(1);
    expect(elapsedMs).toBeGreaterThanOrEqual(0);
    expect(elapsedMs).toBeLessThan(60_000);
    expect(await stores.app.deliveries.find(id)).toMatchObject({ status: 'sending', attempts: 1, variables: { name: 'Ann' } });
  });

  it('gives a request without effect back, and claims it anew', async () => {
    const { id } = await queued();
    await stores.app.deliveries.claim(id);
    expect([await stores.app.deliveries.release(id, 1), await stores.app.deliveries.release(id, 1)]).toEqual([true, false]);
    expect(await stores.app.deliveries.claim(id)).toBe(2);
    expect((await stores.app.deliveries.find(id))!.attempts).toBe(2);
    await stores.app.deliveries.accepted(id, sent('SM1'));
    expect(await stores.app.deliveries.release(id, 2)).toBe(false);
    const { items } = await stores.app.deliveries.list({ connectionId: at.connectionId, limit: 5 });
    expect(items.map(({ status }) => status)).toEqual(['accepted']);
  });

  it('does not let an attempt that was overtaken free the row that the next one has claimed', async () => {
    const { id } = await queued();
    await stores.app.deliveries.claim(id);
    await stores.app.deliveries.release(id, 1);
    await stores.app.deliveries.claim(id);
    expect(await stores.app.deliveries.release(id, 1)).toBe(false);
    expect(await stores.app.deliveries.find(id)).toMatchObject({ status: 'sending', attempts: 2 });
  });

  it('sends again what a person says was never sent, and nothing that was', async () => {
    const { id } = await queued();
    await stores.app.deliveries.claim(id);
    await stores.app.deliveries.advance(id, 'ambiguous', { source: 'us', sentence: 'The answer was lost.' });
    expect(await stores.app.deliveries.release(id, 1)).toBe(false);
    await stores.app.deliveries.sendAgain(id, 'user_a');
    await stores.app.deliveries.sendAgain(id, 'user_a');
    expect(await statusOf(id)).toBe('queued');
    expect((await stores.app.deliveries.history(id)).at(-1)).toMatchObject({ status: 'queued', source: 'person' });
    await stores.app.deliveries.claim(id);
    await stores.app.deliveries.accepted(id, sent('SM1'));
    await expect(stores.app.deliveries.sendAgain(id, 'user_a')).rejects.toThrow(Conflict);
  });

  it('only moves up: every pair of statuses goes as the domain says, with history when it moved', async () => {
    for (const from of deliveryStatuses.filter((status) => status !== 'queued')) {
      const { id } = await queued();
      await stores.app.deliveries.advance(id, from, { source: 'us' });
      for (const to of deliveryStatuses) {
        const before = await statusOf(id);
        const { status } = await stores.app.deliveries.advance(id, to, { source: 'lookup', errorCode: '30003' });
        expect(status).toBe(mayAdvance(before, to) ? to : before);
      }
      const history = await stores.app.deliveries.history(id);
      expect(history.slice(0, 2).map(({ status }) => status)).toEqual(['queued', from]);
    }
  });

  it('keeps what the provider answered when its callback was quicker', async () => {
    const { id } = await queued();
    await stores.app.deliveries.claim(id);
    await stores.app.deliveries.advance(id, 'delivered', { source: 'callback' });
    const delivery = await stores.app.deliveries.accepted(id, sent('SM1'));
    expect(delivery).toMatchObject({ status: 'delivered', externalId: 'SM1', segments: 2 });
  });

  it('binds one message at the provider to one delivery', async () => {
    const [first, second, stranger] = [await queued(), await queued(), await queued(await connectedCompany(stores.app))];
    await stores.app.deliveries.accepted(first.id, sent('SM1'));
    await expect(stores.app.deliveries.accepted(second.id, sent('SM1'))).rejects.toThrow(Conflict);
    await expect(stores.app.deliveries.accepted(first.id, sent('SM2'))).rejects.toThrow(Conflict);
    await stores.app.deliveries.accepted(stranger.id, sent('SM1'));
    expect(await stores.app.deliveries.claimedExternalIds(at.connectionId, ['SM1', 'SM9'])).toEqual(['SM1']);
    expect(await stores.app.deliveries.claimedExternalIds(at.connectionId, [])).toEqual([]);
  });

  it('lists by company, connection and status, and never another company’s', async () => {
    const other = await connectedCompany(stores.app, 'Other');
    const [mine, , theirs] = [await queued(), await queued(), await queued(other)];
    await stores.app.deliveries.claim(mine.id);
    const ids = async (filter: object) =>
      (await stores.app.deliveries.list({ ...filter, limit: 10 })).items.map((delivery) => delivery.id);
    expect(await ids({ companyId: at.companyId })).toHaveLength(2);
    expect(await ids({ companyId: at.companyId, status: 'sending' })).toEqual([mine.id]);
    expect(await ids({ companyId: other.companyId })).toEqual([theirs.id]);
    expect(await ids({ companyId: at.companyId, connectionId: other.connectionId })).toEqual([]);
  });

  it('keeps one way in place of a message, what was said sealed, and its replacement under one id', async () => {
    const { messageFallbacks } = stores.app;
    const { id: deliveryId, companyId, connectionId } = await queued();
    const asked = { companyId, connectionId, deliveryId, to: '+15550003333' };
    const other = { connectionId, from: '+15550009999' };
    expect(await messageFallbacks.of(deliveryId)).toBeNull();
    const first = await messageFallbacks.ask({ ...asked, how: 'other_connection', words: null, other }, by);
    const again = await messageFallbacks.ask({ ...asked, how: 'other_connection', words: null, other }, by);
    expect([first.isNew, again.isNew, again.id, again.other]).toEqual([true, false, first.id, first.other]);
    const phoned = await messageFallbacks.ask({ ...asked, how: 'phoned', words: 'She comes at noon.', other: null }, by);
    expect(phoned).toMatchObject({ id: first.id, how: 'phoned', state: 'pending', other: null, askedBy: by.actor });
    expect(await messageFallbacks.words(phoned.id)).toBe('She comes at noon.');
    await messageFallbacks.done(phoned.id);
    await messageFallbacks.done(phoned.id);
    await messageFallbacks.discard(phoned.id);
    expect(await messageFallbacks.of(deliveryId)).toMatchObject({ state: 'done', doneAt: expect.any(Date) });
    await expect(messageFallbacks.ask({ ...asked, how: 'given_up', words: 'No.', other: null }, by)).rejects.toThrow(Conflict);
    await expect(messageFallbacks.done('fall_none')).rejects.toThrow(NotFound);

    const second = await queued();
    const withdrawn = await messageFallbacks.ask(
      { ...asked, deliveryId: second.id, how: 'given_up', words: 'x', other: null },
      by,
    );
    await messageFallbacks.discard(withdrawn.id);
    expect(await messageFallbacks.of(second.id)).toBeNull();
    const anew = await messageFallbacks.ask({ ...asked, deliveryId: second.id, how: 'phoned', words: 'y', other: null }, by);
    expect([anew.isNew, anew.id === withdrawn.id]).toEqual([true, false]);

    const cards = { metricKey: 'messages_delivered' as const, nextAction: 'Wait.', explanation: 'None.' };
    await stores.app.cards.save({ companyId, connectionId, ...cards });
    await stores.app.cards.save({ companyId, connectionId, ...cards, metricKey: 'messages_received' });
    const facts = await stores.app.cards.facts({ companyId });
    expect(facts.map(({ phoned: count }) => count)).toEqual([1, 0]);
  });

  it('says of an unknown message that it is unknown', async () => {
    expect(await stores.app.deliveries.find('dlv_none')).toBeNull();
    await expect(stores.app.deliveries.claim('dlv_none')).rejects.toThrow(NotFound);
  });

  it('paces one sender’s messages and leaves another’s alone', async () => {
    const wait = (address: string) =>
      stores.app.accounts.reserveSendSlot({ connectionId: at.connectionId, address, ratePerS: 0.01 });
    const waits = await Promise.all(Array.from({ length: 4 }, () => wait('+1555')));
    // Each statement has its own now, and the one that began first may get the row last: a turn is about a whole gap away.
    expect(waits.toSorted((a, b) => a - b).map((ms) => Math.round(ms / 100_000))).toEqual([0, 1, 2, 3]);
    expect(await wait('+1666')).toBe(0);
  });

  it('lets a sender go on after its mark has passed', async () => {
    const slot = { connectionId: at.connectionId, address: '+1555', ratePerS: 1_000 };
    await stores.app.accounts.reserveSendSlot(slot);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await stores.app.accounts.reserveSendSlot(slot)).toBe(0);
  });

  it('counts the versions of a template', async () => {
    const template = await stores.app.templates.create(
      { companyId: at.companyId, name: 'Reminder', channel: 'sms', body: 'Hi {{name}}', variables: ['name'] },
      by,
    );
    const changed = await stores.app.templates.update(template.id, { body: 'Hello {{who}}', variables: ['who'] }, by);
    expect(changed).toMatchObject({ version: 2, variables: ['who'] });
    expect(await stores.app.templates.find(template.id)).toMatchObject({ version: 2, body: 'Hello {{who}}', variables: ['who'] });
    const other = await connectedCompany(stores.app, 'Other');
    expect((await stores.app.templates.list({ companyId: other.companyId, limit: 5 })).items).toEqual([]);
    await expect(stores.app.templates.update('tpl_none', { body: '', variables: [] }, by)).rejects.toThrow(NotFound);
  });

  it('keeps the variables of a message whatever characters they hold', async () => {
    const variables = { emoji: '🎉', quote: `'"\\`, half: '\ud800', zero: '\u0000', name: ':name ?' };
    const { id } = await stores.app.deliveries.create(
      {
        companyId: at.companyId,
        connectionId: at.connectionId,
        templateId: null,
        variables,
        from: '+1',
        to: '+2',
        body: '\ud800🎉',
        segments: 1,
      },
      by,
    );
    expect(await stores.app.deliveries.find(id)).toMatchObject({ variables: { ...variables, half: '\ufffd' }, body: '\ufffd🎉' });
  });

  it('keeps an opt-out that a provider’s refusal told', async () => {
    const word = { connectionId: at.connectionId, companyId: at.companyId, address: '+15550003333' };
    await stores.app.optOuts.record({ ...word, state: 'out', source: '21610', at: new Date('2026-11-20T10:00:00Z') });
    await stores.app.optOuts.record({ ...word, state: 'in', source: 'keyword', at: new Date('2026-11-20T09:00:00Z') });
    expect(await stores.app.optOuts.isOptedOut(at.connectionId, word.address)).toBe(true);
    const other = await connectedCompany(stores.app, 'Other');
    expect(await stores.app.optOuts.isOptedOut(other.connectionId, word.address)).toBe(false);
  });
});
