import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CanonicalRecord } from '../../domain/records.ts';
import { definitionOf, metricKeys } from '../../domain/metrics.ts';
import { metricSql, rollingWindow } from '../../db/app/metric-sql.ts';
import { select } from '../../db/sql.ts';
import { by, connectedCompany, message, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('a connection that franchises feed, on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  let [north, south] = ['', ''];
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  const company = async (parentCompanyId: string | null) =>
    (await stores.app.companies.create({ name: 'Franchise', timeZone: 'UTC', parentCompanyId }, by)).id;
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
    [north, south] = [await company(at.companyId), await company(at.companyId)];
  });

  const change = (keys: Record<string, string | null>) =>
    stores.app.franchiseKeys.change(
      { connectionId: at.connectionId, keys: Object.entries(keys).map(([value, companyId]) => ({ value, companyId })) },
      by,
    );
  const inForce = async (...values: string[]) => [
    ...(await stores.app.franchiseKeys.inForce({ id: at.connectionId, companyId: at.companyId }, values)),
  ];
  const of = (companyId: string, record: CanonicalRecord) => ({ ...record, companyId });
  const owners = async () =>
    Object.fromEntries(
      (await stores.app.records.messages({ connectionId: at.connectionId, limit: 100 })).items.map((row) => [
        row.externalId,
        row.companyId,
      ]),
    );

  it('names a franchise by each of its keys, nobody by one that was taken away, and says what changed', async () => {
    expect(await change({ one: north, two: south })).toMatchObject([
      { value: 'one', companyId: north, before: null },
      { value: 'two', companyId: south, before: null },
    ]);
    expect(await change({ one: north })).toEqual([]);
    expect(await change({ one: south, two: null })).toMatchObject([
      { value: 'one', companyId: south, before: north },
      { value: 'two', companyId: null, before: south },
    ]);
    expect(await inForce('one', 'two', 'three')).toEqual([['one', { companyId: south, isFranchise: true }]]);
    const { items } = await stores.app.franchiseKeys.list({ connectionId: at.connectionId, limit: 10 });
    expect(items).toMatchObject([
      { value: 'two', companyId: null, companyName: null },
      { value: 'one', companyId: south, companyName: 'Franchise', changedBy: by.actor },
    ]);
  });

  it('audits each change by the ids of the keys, because a value may be a phone number', async () => {
    const [key] = await change({ '+15550009999': north });
    const [entry] = (await stores.app.audit.list({ companyId: at.companyId, limit: 1 })).items;
    expect(entry).toMatchObject({
      action: 'franchise_keys.change',
      subject: at.connectionId,
      detail: { keys: [{ id: key!.id, before: null, after: north }] },
    });
    expect(JSON.stringify(entry)).not.toContain('15550009999');
  });

  it('says of a company that was moved away that it is a franchise no longer', async () => {
    const below = await company(north);
    await change({ own: at.companyId, deep: below, one: south });
    await stores.app.companies.move(south, null, by);
    expect(Object.fromEntries(await inForce('own', 'deep', 'one'))).toEqual({
      own: { companyId: at.companyId, isFranchise: true },
      deep: { companyId: below, isFranchise: true },
      one: { companyId: south, isFranchise: false },
    });
  });

  it('keeps a record with the company that it was first seen for, whatever page or event comes later', async () => {
    const usage: CanonicalRecord = {
      object: 'usage',
      externalId: 'u1',
      sourceUpdatedAt: '2026-11-20T10:00:00.000Z',
      companyId: south,
      fields: { category: 'sms', day: '2026-11-20', quantity: '1', unit: 'messages', price: null, currency: null },
    };
    await stores.app.records.savePage(pageOf(at, [of(north, message('SM1')), message('SM2'), usage]));
    const later = '2026-11-20T11:00:00.000Z';
    await stores.app.records.savePage(pageOf(at, [of(south, message('SM1', { body: 'again' }, later))]));
    const { connectionId, companyId } = at;
    await stores.app.records.applyEvents({
      connectionId,
      companyId,
      events: [statusOf('1', 'SM1', south), statusOf('2', 'SM3', south), statusOf('3', 'SM4', null)],
    });
    expect(await owners()).toEqual({ SM1: north, SM2: at.companyId, SM3: south });
    expect(
      await stores.app.records.owners({ connectionId, object: 'message', externalIds: ['SM1', 'SM3', 'SM4'] }),
    ).toEqual(new Map([['SM1', north], ['SM3', south]])); // prettier-ignore
    expect(await stores.app.records.owners({ connectionId, object: 'usage', externalIds: ['u1'] })).toEqual(
      new Map([['u1', south]]),
    );
  });

  it('heeds an opt-out and moves our own delivery before anyone knows whose the message is', async () => {
    const { connectionId, companyId } = at;
    const delivery = await stores.app.deliveries.create(
      { companyId, connectionId, templateId: null, variables: {}, from: '+1', to: '+15550003333', body: 'x', segments: 1 },
      by,
    );
    await stores.app.deliveries.claim(delivery.id);
    const stop = { kind: 'opt_out' as const, externalId: 'SM8', occurredAt: '2026-11-20T10:00:00.000Z', address: '+15550003333' };
    const { normalized } = statusOf('1', 'SM9', null, delivery.id);
    const events = [
      { rawEventId: '1', companyId: null, normalized },
      { rawEventId: '2', companyId: null, normalized: [{ ...stop, source: 'keyword' }] },
    ];
    const { changedDeliveries } = await stores.app.records.applyEvents({ connectionId, companyId, events });
    expect(changedDeliveries).toEqual([{ deliveryId: delivery.id, status: 'delivered' }]);
    expect(await stores.app.optOuts.isOptedOut(connectionId, '+15550003333')).toBe(true);
    expect(await owners()).toEqual({});
  });

  it('counts each company’s share from its own rows, zero too, and follows them', async () => {
    await change({ one: north, two: south });
    const until = new Date('2026-11-21T00:00:00.000Z');
    const { connectionId } = at;
    const shares = async () => {
      const input = { connectionId, metricKey: 'messages_delivered' as const, at: until };
      const measured = await stores.app.shares.measure(input);
      await stores.app.shares.keep(input, measured);
      expect(measured.whole).toEqual(await stores.app.metrics.compute(connectionId, 'messages_delivered', until));
      return Object.fromEntries(await stores.app.shares.of(connectionId, 'messages_delivered'));
    };
    expect(await stores.app.shares.isShared(connectionId)).toBe(true);
    const delivered = (id: string, companyId: string) => of(companyId, message(id, { status: 'delivered' }));
    await stores.app.records.savePage(pageOf(at, [delivered('SM1', north), delivered('SM2', north), message('SM3')]));
    expect(await shares()).toEqual({ [north]: '2', [south]: '0' });
    await stores.app.records.savePage(pageOf(at, [delivered('SM4', south)], '{"page":2}'));
    expect(await shares()).toEqual({ [north]: '2', [south]: '1' });
    // A key that is taken away takes nobody's past away.
    await change({ one: null });
    expect(await shares()).toEqual({ [north]: '2', [south]: '1' });
    expect(await stores.app.metrics.compute(connectionId, 'messages_delivered', until)).toMatchObject({ value: '3' });
  });

  it('rolls up in the same number of queries, however many franchises there are', async () => {
    const queries = async () => {
      let count = 0;
      stores.appDb.addHook('beforeQuery', 'counting', () => void (count += 1));
      const [companies, feeds] = [await stores.app.rollUps.companies(at.companyId), await stores.app.rollUps.feeds(at.companyId)];
      stores.appDb.removeHook('beforeQuery', 'counting');
      return { count, companies: companies.length, feeds: feeds.length };
    };
    const few = await queries();
    expect(few).toEqual({ count: 6, companies: 3, feeds: metricKeys.length });
    for (let made = 0; made < 12; made += 1) {
      const franchise = await connectedCompany(stores.app, `Franchise ${made}`);
      await stores.app.companies.move(franchise.companyId, at.companyId, by);
    }
    expect(await queries()).toEqual({ count: 6, companies: 15, feeds: 13 * metricKeys.length });
  });

  it('counts from the index alone', async () => {
    const definition = definitionOf('messages_delivered');
    const plan = await select(stores.appDb, `EXPLAIN ${metricSql(definition, true)}`, {
      connectionId: at.connectionId,
      ...rollingWindow(definition, new Date()),
    });
    expect(JSON.stringify(plan)).toMatch(/messages_by_share/);
    expect(JSON.stringify(plan)).toMatch(/Using index|Covering index/);
  });
});

function statusOf(rawEventId: string, externalId: string, companyId: string | null, deliveryId: string | null = null) {
  const told = { externalId, occurredAt: '2026-11-20T12:00:00.000Z', errorCode: null, sentence: null, deliveryId };
  return { rawEventId, companyId, normalized: [{ kind: 'message_status' as const, status: 'delivered' as const, ...told }] };
}
