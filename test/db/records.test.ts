import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NormalizedEvent } from '../../domain/records.ts';
import { by, connectedCompany, message, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('the records store on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const messages = async () => (await stores.app.records.messages({ connectionId: at.connectionId, limit: 100 })).items;
  const one = async (externalId: string) => (await messages()).find((row) => row.externalId === externalId)!;
  const cursor = async () => (await stores.app.jobs.find(at.jobId))!.cursor;
  const counts = { created: 0, updated: 0, unchanged: 0, failed: 0, duplicate: 0, ignored: 0 };

  it('counts what a page created, changed, left and held twice, on the run too', async () => {
    expect(await stores.app.records.savePage(pageOf(at, [message('SM1'), message('SM2'), message('SM2')]))).toEqual({
      ...counts,
      created: 2,
      duplicate: 1,
    });
    const later = '2026-11-20T11:00:00.000Z';
    const second = [message('SM1', {}, later), message('SM2', { status: 'delivered' }, later), message('SM3')];
    expect(await stores.app.records.savePage(pageOf(at, second, '{"page":2}'))).toEqual({
      ...counts,
      created: 1,
      updated: 1,
      unchanged: 1,
    });
    const run = (await stores.app.runs.find(at.runId))!;
    expect(run.counts).toEqual({ ...counts, created: 3, updated: 1, unchanged: 1, duplicate: 1 });
    expect(run.mappingVersion).toBe(1);
    expect(await cursor()).toBe('{"page":2}');
  });

  it('writes an equal row no second time', async () => {
    const updatedAt = async () => {
      const [rows] = await stores.appDb.query(`SELECT updated_at FROM messages WHERE connection_id = '${at.connectionId}'`);
      return (rows as { updated_at: Date }[])[0]!.updated_at.getTime();
    };
    await stores.app.records.savePage(pageOf(at, [message('SM1')]));
    const before = await updatedAt();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await stores.app.records.savePage(pageOf(at, [message('SM1', {}, '2026-11-20T12:00:00.000Z')]));
    expect(await updatedAt()).toBe(before);
  });

  it('commits a page with its cursor or neither: a statement that fails leaves nothing', async () => {
    await stores.app.records.savePage(pageOf(at, [message('SM1')], '{"page":1}'));
    const broken = pageOf(at, [message('SM2'), message('SM3', { currency: 'much too long' })], '{"page":2}');
    await expect(stores.app.records.savePage(broken)).rejects.toThrow('currency');
    expect((await messages()).map(({ externalId }) => externalId)).toEqual(['SM1']);
    expect(await cursor()).toBe('{"page":1}');
    expect((await stores.app.runs.find(at.runId))!.counts.created).toBe(1);
  });

  it('keeps an error that tells no value of the failing row', async () => {
    const broken = pageOf(at, [message('SM1', { toAddress: '+15559998888', body: 'canary', currency: 'much too long' })]);
    const error = await stores.app.records.savePage(broken).catch((thrown: unknown) => thrown as Error);
    expect(error).toBeInstanceOf(Error);
    const { inspect } = await import('node:util');
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/15559998888|canary/);
  });

  it('answers page, status and money as they were given', async () => {
    await stores.app.records.savePage(pageOf(at, [message('SM1', { price: '0.00750000', body: `it's :rows ? 🎉 \\` })]));
    expect(await one('SM1')).toMatchObject({
      direction: 'outbound',
      body: `it's :rows ? 🎉 \\`,
      price: '0.0075',
      sentAt: '2026-11-20T09:59:00.000Z',
      status: 'sent',
      sourceUpdatedAt: new Date('2026-11-20T10:00:00.000Z'),
    });
  });

  it('never takes a status back, neither by a page nor by an event that comes late', async () => {
    await stores.app.records.savePage(pageOf(at, [message('SM1', { status: 'delivered' })]));
    await stores.app.records.applyEvents({ ...at, events: [statusEvent('1', 'SM1', 'sent')] });
    await stores.app.records.savePage(pageOf(at, [message('SM1', { status: 'sent', price: null }, '2026-11-20T10:30:00.000Z')]));
    expect(await one('SM1')).toMatchObject({ status: 'delivered', price: null });
  });

  it('ignores a record that is older than what is stored', async () => {
    await stores.app.records.savePage(pageOf(at, [message('SM1', { body: 'new' })]));
    const older = [message('SM1', { body: 'old' }, '2026-11-19T10:00:00.000Z')];
    expect(await stores.app.records.savePage(pageOf(at, older))).toEqual({ ...counts, ignored: 1 });
    expect((await one('SM1')).body).toBe('new');
  });

  it('keeps each failed record once, however often its page is repeated', async () => {
    const failed = [
      { externalId: 'SM8', code: 'record_rejected' as const, sentence: 'to is empty, and toAddress needs it' },
      { externalId: null, code: 'record_rejected' as const, sentence: 'sid is empty, and the record needs an id' },
      { externalId: null, code: 'record_rejected' as const, sentence: 'sid is empty, and the record needs an id' },
    ];
    expect((await stores.app.records.savePage({ ...pageOf(at, []), failed })).failed).toBe(3);
    expect((await stores.app.records.savePage({ ...pageOf(at, []), failed: [failed[0]!] })).failed).toBe(0);
    const errors = await stores.app.runs.errors(at.runId, { limit: 10 });
    expect(errors.items).toHaveLength(3);
    expect(errors.items.map(({ externalId }) => externalId)).toEqual(expect.arrayContaining(['SM8', null]));
    expect((await stores.app.runs.find(at.runId))!.counts.failed).toBe(3);
  });

  it('keeps usage by day, the latest figure of each', async () => {
    const usage = (quantity: string, sourceUpdatedAt: string) => ({
      object: 'usage' as const,
      externalId: 'sms:2026-11-20',
      sourceUpdatedAt,
      fields: { category: 'sms', day: '2026-11-20', quantity, unit: 'segments', price: '1.5', currency: 'USD' },
    });
    await stores.app.records.savePage(pageOf(at, [usage('10', '2026-11-20T10:00:00.000Z')]));
    expect(await stores.app.records.savePage(pageOf(at, [usage('12', '2026-11-20T11:00:00.000Z')]))).toEqual({
      ...counts,
      updated: 1,
    });
    const [rows] = await stores.appDb.query(`SELECT quantity FROM usage_records WHERE connection_id = '${at.connectionId}'`);
    expect(rows).toEqual([{ quantity: '12.00000000' }]);
  });

  it('lets an event and a page tell of one message in either order, with one row', async () => {
    await stores.app.records.applyEvents({ ...at, events: [statusEvent('1', 'SM1', 'delivered')] });
    expect(await one('SM1')).toMatchObject({ status: 'delivered', body: null, sourceUpdatedAt: null });
    await stores.app.records.savePage(pageOf(at, [message('SM1', { status: 'sent' })]));
    expect(await one('SM1')).toMatchObject({ status: 'delivered', body: 'Hello', price: '0.0075' });
    await stores.app.records.applyEvents({ ...at, events: [receivedEvent('2', 'SM2')] });
    await stores.app.records.savePage(pageOf(at, [message('SM2', { direction: 'inbound', status: 'received', price: '0.02' })]));
    await stores.app.records.applyEvents({ ...at, events: [receivedEvent('2', 'SM2')] });
    expect(await one('SM2')).toMatchObject({ direction: 'inbound', price: '0.02' });
    expect(await messages()).toHaveLength(2);
  });

  it('moves deliveries up by events in any order, keeps their history, and tells a repeat again', async () => {
    const delivery = await queuedDelivery();
    await stores.app.deliveries.claim(delivery.id);
    const events = [
      statusEvent('3', 'SM1', 'delivered', delivery.id),
      statusEvent('1', 'SM1', 'accepted', delivery.id),
      statusEvent('2', 'SM1', 'sent'),
    ];
    const changed = { changedDeliveries: [{ deliveryId: delivery.id, status: 'delivered' }] };
    expect(await stores.app.records.applyEvents({ ...at, events })).toEqual(changed);
    expect(await stores.app.deliveries.find(delivery.id)).toMatchObject({ status: 'delivered', externalId: 'SM1' });
    expect(await stores.app.records.applyEvents({ ...at, events })).toEqual(changed);
    const history = await stores.app.deliveries.history(delivery.id);
    expect(history.map(({ status, source }) => `${status} ${source}`)).toEqual(['queued us', 'sending us', 'delivered callback']);
    const late = await stores.app.records.applyEvents({ ...at, events: [statusEvent('9', 'SM1', 'sent', delivery.id)] });
    expect(late.changedDeliveries).toEqual([]);
  });

  it('does not take a message that another delivery with the same words has adopted for two', async () => {
    const [adopter, owner] = [await queuedDelivery(), await queuedDelivery()];
    for (const { id } of [adopter, owner]) await stores.app.deliveries.claim(id);
    const found = { externalId: 'SM1', status: 'accepted', segments: 1, errorCode: null, source: 'lookup' } as const;
    await stores.app.deliveries.accepted(adopter.id, found);
    const events = [statusEvent('1', 'SM1', 'delivered', owner.id)];
    expect(await stores.app.records.applyEvents({ ...at, events })).toEqual({
      changedDeliveries: [{ deliveryId: adopter.id, status: 'delivered' }],
    });
    expect(await stores.app.deliveries.find(owner.id)).toMatchObject({ status: 'sending', externalId: null });
  });

  it('keeps why a delivery failed, in the provider’s code and in words', async () => {
    const delivery = await queuedDelivery();
    const reason = { errorCode: '30003', sentence: 'The phone could not be reached.' };
    await stores.app.records.applyEvents({ ...at, events: [statusEvent('1', 'SM1', 'undelivered', delivery.id, reason)] });
    expect(await stores.app.deliveries.find(delivery.id)).toMatchObject({ status: 'undelivered', ...reason });
  });

  it('never moves a delivery of another connection, whatever id an event names', async () => {
    const delivery = await queuedDelivery();
    const other = await connectedCompany(stores.app, 'Other');
    const events = [statusEvent('1', 'SM1', 'delivered', delivery.id)];
    const answer = await stores.app.records.applyEvents({ ...other, events });
    expect(answer.changedDeliveries).toEqual([]);
    expect((await stores.app.deliveries.find(delivery.id))!.status).toBe('queued');
  });

  it('honours the later word of opting out and in, in whatever order they arrive', async () => {
    const address = '+15550003333';
    const word = (kind: 'opt_out' | 'opt_in', id: string, minute: string) => ({
      rawEventId: id,
      normalized: [{ kind, externalId: `SM${id}`, occurredAt: `2026-11-20T10:${minute}:00.000Z`, address, source: 'keyword' }],
    });
    await stores.app.records.applyEvents({ ...at, events: [word('opt_out', '2', '30'), word('opt_in', '1', '10')] });
    expect(await stores.app.optOuts.isOptedOut(at.connectionId, address)).toBe(true);
    await stores.app.records.applyEvents({ ...at, events: [word('opt_in', '3', '20')] });
    expect(await stores.app.optOuts.isOptedOut(at.connectionId, address)).toBe(true);
    await stores.app.records.applyEvents({ ...at, events: [word('opt_in', '4', '40')] });
    expect(await stores.app.optOuts.isOptedOut(at.connectionId, address)).toBe(false);
    expect(await stores.app.optOuts.list({ connectionId: at.connectionId, limit: 5 })).toMatchObject({
      items: [{ address, state: 'in', source: 'keyword' }],
      nextCursor: null,
    });
  });

  it('counts delivered and received messages over the last 30 days from canonical rows', async () => {
    const until = new Date('2026-11-21T00:00:00.000Z');
    const old = '2026-10-01T00:00:00.000Z';
    await stores.app.records.savePage(
      pageOf(at, [
        message('SM1', { status: 'delivered' }),
        message('SM2', { status: 'read' }),
        message('SM3', { status: 'failed' }),
        message('SM4', { status: 'delivered', sentAt: old }),
        message('SM5', { status: 'received', direction: 'inbound' }),
      ]),
    );
    expect(await stores.app.metrics.compute(at.connectionId, 'messages_delivered', until)).toMatchObject({ value: '2' });
    expect(await stores.app.metrics.compute(at.connectionId, 'messages_received', until)).toMatchObject({ value: '1' });
    // Of three whose fate is known two reached a phone; the old one is outside of the window.
    expect(await stores.app.metrics.compute(at.connectionId, 'delivery_rate', until)).toMatchObject({ value: '66.7' });
  });

  it('lets two connections write pages and events at the same time without losing one', async () => {
    const other = await connectedCompany(stores.app, 'Other');
    const ids = Array.from({ length: 40 }, (_, index) => `SM${index}`);
    const work = [at, other].flatMap((place) => [
      stores.app.records.savePage(
        pageOf(
          place,
          ids.map((id) => message(id)),
        ),
      ),
      stores.app.records.applyEvents({ ...place, events: ids.map((id, index) => statusEvent(String(index), id, 'delivered')) }),
      stores.app.records.applyEvents({
        ...place,
        events: ids.toReversed().map((id, i) => statusEvent(String(i), id, 'accepted')),
      }),
    ]);
    await Promise.all(work);
    for (const { connectionId } of [at, other]) {
      const rows = (await stores.app.records.messages({ connectionId, limit: 100 })).items;
      expect(rows).toHaveLength(40);
      expect(rows.every(({ status, body }) => status === 'delivered' && body === 'Hello')).toBe(true);
    }
  });

  function queuedDelivery() {
    return stores.app.deliveries.create(
      {
        companyId: at.companyId,
        connectionId: at.connectionId,
        templateId: null,
        variables: {},
        from: '+15550002222',
        to: '+15550003333',
        body: 'Hello',
        segments: 1,
      },
      by,
    );
  }
});

type StatusEvent = Extract<NormalizedEvent, { kind: 'message_status' }>;
function statusEvent(
  rawEventId: string,
  externalId: string,
  status: StatusEvent['status'],
  deliveryId: string | null = null,
  reason: Pick<StatusEvent, 'errorCode' | 'sentence'> = { errorCode: null, sentence: null },
) {
  const occurredAt = '2026-11-20T10:00:01.000Z';
  const event: StatusEvent = { kind: 'message_status', externalId, occurredAt, status, deliveryId, ...reason };
  return { rawEventId, normalized: [event] };
}

function receivedEvent(rawEventId: string, externalId: string) {
  const record = message(externalId, { direction: 'inbound', status: 'received', price: null, sentAt: null });
  if (record.object !== 'message') throw new Error('A message is a message.');
  const { fields } = record;
  const event: NormalizedEvent = { kind: 'message_received', externalId, occurredAt: '2026-11-20T10:00:00.000Z', fields };
  return { rawEventId, normalized: [event] };
}
