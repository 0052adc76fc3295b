import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { select } from '../../db/sql.ts';
import type { InboundEventRow } from '../../db/traffic/stores/events.ts';
import type { NormalizedEvent } from '../../domain/records.ts';
import { openStores, servers, type OpenStores } from './stores.ts';

let counter = 0;

describe.each(servers)('the traffic stores on $name', ({ server }) => {
  let stores: OpenStores;
  let connectionId: string;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(() => {
    counter += 1;
    connectionId = `conn_${counter}`;
  });

  const inbound = (key: string, more: Partial<InboundEventRow> = {}): InboundEventRow => ({
    connectionId,
    companyId: 'comp_1',
    providerKey: 'twilio',
    source: 'webhook',
    key,
    type: 'message_status',
    occurredAt: null,
    receivedAt: new Date('2026-11-21T08:00:00.123Z'),
    data: { key, body: 'canary text' },
    ...more,
  });
  const events = () => stores.traffic.events;

  it('stores a batch and counts duplicates, within the batch and later', async () => {
    const first = [inbound('SM1:sent'), inbound('SM1:delivered'), inbound('SM1:sent')];
    expect(await events().storeBatch(first)).toEqual({ stored: 2, duplicates: 1 });
    expect(await events().storeBatch([inbound('SM1:sent'), inbound('SM2:sent')])).toEqual({ stored: 1, duplicates: 1 });
    const list = await events().list({ connectionId, limit: 10 });
    expect(list.items.map(({ duplicates }) => duplicates)).toEqual([0, 0, 2]);
    expect(JSON.stringify(list)).not.toContain('canary');
  });

  it('stores one event of ten concurrent deliveries of the same', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => {
        const batch = [inbound('SM1:sent'), inbound('SM1:delivered')];
        return events().storeBatch(turn % 2 === 0 ? batch : batch.toReversed());
      }),
    );
    expect(answers.reduce((sum, { stored }) => sum + stored, 0)).toBe(2);
    expect(answers.reduce((sum, { duplicates }) => sum + duplicates, 0)).toBe(18);
    expect(await events().countWaiting(connectionId)).toBe(2);
  });

  it('tells the same key of two connections apart', async () => {
    const other = `${connectionId}_other`;
    expect(await events().storeBatch([inbound('SM1:sent'), inbound('SM1:sent', { connectionId: other })])).toEqual({
      stored: 2,
      duplicates: 0,
    });
    expect(await events().idOf(connectionId, 'SM1:sent')).not.toBe(await events().idOf(other, 'SM1:sent'));
  });

  it('tells keys apart that differ only in case, in their end, or behind the length of the column', async () => {
    const long = 'k'.repeat(400);
    const keys = ['abc', 'ABC', 'abc ', `${long}1`, `${long}2`];
    expect(await events().storeBatch(keys.map((key) => inbound(key)))).toEqual({ stored: 5, duplicates: 0 });
  });

  it('hands out what waits in order of arrival, with payload and times as they came', async () => {
    const keys = Array.from({ length: 20 }, (_, place) => `SM${(place * 7) % 20}:sent`);
    await events().storeBatch(keys.slice(0, 15).map((key) => inbound(key)));
    await events().storeBatch(keys.slice(15).map((key) => inbound(key)));
    const batch = await events().nextBatch(connectionId, 18);
    expect(batch.map(({ key }) => key)).toEqual(keys.slice(0, 18));
    expect(batch[0]).toMatchObject({
      source: 'webhook',
      type: 'message_status',
      occurredAt: null,
      storedAt: expect.any(Date),
      data: { key: 'SM0:sent', body: 'canary text' },
    });
  });

  it('goes on after the last batch without passing over it, and finds what waits before it from the start', async () => {
    const keys = Array.from({ length: 5 }, (_, place) => `SM${place}:sent`);
    await events().storeBatch(keys.map((key) => inbound(key)));
    const first = await events().nextBatch(connectionId, 2);
    const second = await events().nextBatch(connectionId, 2, first.at(-1)!.id);
    expect([...first, ...second].map(({ key }) => key)).toEqual(keys.slice(0, 4));
    await events().markApplied(
      connectionId,
      second.map(({ id }) => ({ id, applied: true, normalized: [] })),
    );
    expect((await events().nextBatch(connectionId, 5)).map(({ key }) => key)).toEqual(['SM0:sent', 'SM1:sent', 'SM4:sent']);
  });

  it.each([
    ['ahead', 300_000],
    ['behind', -300_000],
  ])('reckons waiting and order by its own clock when that of an API process is five minutes %s', async (_, offMs) => {
    expect(await events().waitingForMs(connectionId)).toBeNull();
    await events().storeBatch([inbound('SM1:sent', { receivedAt: new Date(Date.now() + offMs) })]);
    const waitingMs = await events().waitingForMs(connectionId);
    expect(Math.abs(waitingMs!)).toBeLessThan(60_000);
    await events().storeBatch([inbound('SM2:sent', { receivedAt: new Date() })]);
    const [first, second] = await events().nextBatch(connectionId, 2);
    expect(second!.storedAt.getTime()).toBeGreaterThanOrEqual(first!.storedAt.getTime());
  });

  it('keeps payloads sealed, or plain where the setting says so, and reads both', async () => {
    await events().storeBatch([inbound('sealed')]);
    await stores.trafficWith(false).events.storeBatch([inbound('plain')]);
    const bodies = await select<{ body: Buffer; version: number | null }>(
      stores.trafficDb,
      'SELECT body, key_version AS version FROM integration_raw_payloads WHERE connection_id = :connectionId ORDER BY version',
      { connectionId },
    );
    expect(bodies.map(({ body, version }) => [version, body.includes('canary')])).toEqual([
      [null, true],
      [2, false],
    ]);
    expect((await events().nextBatch(connectionId, 5)).map(({ data }) => data['body'])).toEqual(['canary text', 'canary text']);
  });

  it('marks a batch applied or ignored once, with what each meant', async () => {
    await events().storeBatch([inbound('SM1:sent'), inbound('SM2:queued')]);
    const [sent, queued] = await events().nextBatch(connectionId, 5);
    const meaning: NormalizedEvent = {
      kind: 'message_status',
      externalId: 'SM1',
      occurredAt: '2026-11-21T08:00:00.000Z',
      status: 'sent',
      errorCode: null,
      sentence: null,
      deliveryId: null,
    };
    const done = [
      { id: sent!.id, applied: true, normalized: [meaning] },
      { id: queued!.id, applied: false, normalized: [] },
    ];
    await events().markApplied(connectionId, done);
    await events().markApplied(connectionId, done);
    const { items } = await events().list({ connectionId, limit: 5 });
    expect(items.map(({ state }) => state)).toEqual(['ignored', 'applied']);
    const normalized = await select<{ kind: string; external_id: string }>(
      stores.trafficDb,
      'SELECT kind, external_id FROM integration_normalized_events WHERE connection_id = :connectionId',
      { connectionId },
    );
    expect(normalized).toEqual([{ kind: 'message_status', external_id: 'SM1' }]);
    expect(await events().countWaiting(connectionId)).toBe(0);
  });

  it('marks nothing of another connection', async () => {
    await events().storeBatch([inbound('SM1:sent')]);
    const [event] = await events().nextBatch(connectionId, 1);
    await events().markApplied('conn_stranger', [{ id: event!.id, applied: true, normalized: [] }]);
    await events().markFailed('conn_stranger', event!.id, 'defect', 'not yours');
    expect(await events().countWaiting(connectionId)).toBe(1);
  });

  it('lets a failed event wait again once, and says no where there is nothing to repeat', async () => {
    await events().storeBatch([inbound('SM1:sent')]);
    const [event] = await events().nextBatch(connectionId, 1);
    expect(await events().requeue(connectionId, event!.id)).toBe(false);
    await events().markFailed(connectionId, event!.id, 'record_rejected', 'sid is empty');
    expect(await events().countWaiting(connectionId)).toBe(0);
    expect((await events().list({ connectionId, limit: 1 })).items[0]).toMatchObject({
      state: 'failed',
      code: 'record_rejected',
      sentence: 'sid is empty',
    });
    expect(await events().requeue(connectionId, event!.id)).toBe(true);
    expect(await events().requeue(connectionId, event!.id)).toBe(false);
    expect(await events().countWaiting(connectionId)).toBe(1);
  });

  it('pages events from the newest on', async () => {
    await events().storeBatch([inbound('1')]);
    await events().storeBatch([inbound('2')]);
    await events().storeBatch([inbound('3')]);
    const first = await events().list({ connectionId, limit: 2 });
    const second = await events().list({ connectionId, limit: 2, cursor: first.nextCursor! });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([2, 1, null]);
  });

  it('keeps call logs and client activity by connection and company', async () => {
    const companyId = `comp_${connectionId}`;
    const call = {
      connectionId,
      companyId,
      providerKey: 'twilio',
      at: new Date(),
      method: 'GET',
      path: '/2010-04-01/Accounts/AC1.json',
      status: null,
      latencyMs: 12.4,
      outcome: 'timeout' as const,
      note: null,
    };
    await stores.traffic.logs.append([call, { ...call, status: 200, outcome: 'ok' }]);
    await stores.traffic.logs.append([{ ...call, connectionId: 'conn_stranger' }]);
    const logs = await stores.traffic.logs.list({ connectionId, limit: 5 });
    expect(logs.items.map(({ outcome, status, latencyMs }) => [outcome, status, latencyMs])).toEqual([
      ['ok', 200, 12],
      ['timeout', null, 12],
    ]);
    const happened = { companyId, connectionId, at: new Date(), kind: 'baseline', sentence: 'Texts are counted.', subject: 's1' };
    await stores.traffic.activity.append([happened]);
    await stores.traffic.activity.append([happened, { ...happened, companyId: 'comp_stranger', subject: 's2' }]);
    const activity = await stores.traffic.activity.list({ companyId, limit: 5 });
    expect(activity.items.map(({ sentence }) => sentence)).toEqual(['Texts are counted.']);
  });

  it('forgets a cancelled connection and nothing else', async () => {
    const other = `${connectionId}_other`;
    await events().storeBatch([inbound('SM1:sent'), inbound('SM1:sent', { connectionId: other })]);
    await events().forget(connectionId);
    await events().forget(connectionId);
    expect(await events().countWaiting(connectionId)).toBe(0);
    expect(await events().nextBatch(other, 5)).toHaveLength(1);
  });
});

describe.each(servers)('the retention of traffic on $name', ({ server }) => {
  let stores: OpenStores;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());

  it('makes day partitions from two processes at once, drops whole days, but no payload that still waits', async () => {
    const { events, maintain } = stores.traffic;
    const now = new Date('2026-11-01T12:00:00.000Z');
    await Promise.all([maintain.ensurePartitions(now, 5), maintain.ensurePartitions(now, 5)]);
    await maintain.ensurePartitions(now, 5);
    const row = { companyId: 'comp_1', providerKey: 'twilio', source: 'webhook' as const, type: 'x', occurredAt: null, data: {} };
    const event = (key: string, day: string): InboundEventRow => ({
      ...row,
      connectionId: 'conn_1',
      key,
      receivedAt: new Date(`${day}T10:00:00.000Z`),
    });
    await events.storeBatch([event('1', '2026-11-01'), event('2', '2026-11-02'), event('3', '2026-11-03')]);
    const [first] = await events.nextBatch('conn_1', 1);
    await events.markFailed('conn_1', first!.id, 'defect', 'broken');

    const dropped = await maintain.dropPartitionsBefore(new Date('2026-11-03T00:00:00.000Z'));
    expect(dropped).toEqual([
      'integration_raw_payloads.day20261101',
      'integration_logs.day20261101',
      'integration_logs.day20261102',
    ]);
    expect((await events.nextBatch('conn_1', 5)).map(({ key }) => key)).toEqual(['2', '3']);
    expect(await events.requeue('conn_1', first!.id)).toBe(false);
    expect(await events.storeBatch([event('1', '2026-11-04')])).toEqual({ stored: 0, duplicates: 1 });
  });
});
