import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clearOfMidnight } from '../harness/clock.ts';
import { by, connection } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

await clearOfMidnight();
const metricKey = 'messages_delivered';
const now = new Date();
const today = now.toISOString().slice(0, 10);
const lastWeek = new Date(now.getTime() - 7 * 86_400_000);

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

async function company(name: string, parentCompanyId: string | null = null) {
  const { id } = await api.stores.companies.create({ name, timeZone: 'UTC', parentCompanyId }, by);
  const key = async (role: 'company_admin' | 'viewer' | 'client') =>
    (await api.stores.apiKeys.create({ companyId: id, role, label: role }, by)).key;
  return { id, name, admin: await key('company_admin'), viewer: await key('viewer'), client: await key('client') };
}

/** A connection that delivers, with its value as of `at`. */
async function delivering(companyId: string, value: string, at = now): Promise<string> {
  const connectionId = await connection(api, companyId);
  await api.stores.metrics.saveSnapshot({ companyId, connectionId, metricKey, kind: 'current', value, at });
  await api.stores.connections.markSucceeded(connectionId, at);
  return connectionId;
}

const rollUpOf = async (companyId: string, key: string) => {
  const { body } = await api.call('GET', `/v1/companies/${companyId}/rollup`, { key });
  return body.items.find((item: { metric: string }) => item.metric === metricKey);
};
const cardsOf = async ({ id, client }: { id: string; client: string }): Promise<{ title: string; sourceLabel: string }[]> =>
  (await api.call('GET', `/v1/companies/${id}/portal/cards`, { key: client })).body.items;

describe('Franchise keys', () => {
  it('are said by the central company’s admin, and name its own companies alone', async () => {
    const central = await company('Central');
    const [north, foreign] = [await company('North', central.id), await company('Foreign')];
    const connectionId = await connection(api, central.id);
    const path = `/v1/connections/${connectionId}/franchise-keys`;
    const change = (keys: unknown, key = central.admin) => api.call('PATCH', path, { key, body: { keys } });

    const refused = await change([
      { value: '+14155550100', companyId: north.id },
      { value: '+14155550101', companyId: foreign.id },
      { value: '+14155550102', companyId: 'comp_00000000000000000000000000' },
      { value: '+14155550100', companyId: central.id },
    ]);
    expect(refused.status).toBe(400);
    const [theirs, nobody, twice] = refused.body.error.issues;
    expect([theirs.path, nobody.path, twice.path]).toEqual(['keys.1.companyId', 'keys.2.companyId', 'keys.3.value']);
    expect(theirs.message).toBe(nobody.message);
    expect((await api.call('GET', path, { key: central.admin })).body.items).toEqual([]);

    const said = await change([
      { value: '+14155550100', companyId: north.id },
      { value: '+14155550101', companyId: central.id },
    ]);
    expect(said.body).toMatchObject({
      changed: [{ value: '+14155550100', companyId: north.id, before: null }, { companyId: central.id }],
      sentence: expect.stringContaining('stay with their company'),
    });
    expect((await change([{ value: '+14155550100', companyId: null }])).body.changed).toEqual([
      { value: '+14155550100', companyId: null, before: north.id },
    ]);
    expect((await api.call('GET', path, { key: central.admin })).body.items).toMatchObject([
      { value: '+14155550101', companyName: 'Central' },
      { value: '+14155550100', companyId: null, companyName: null },
    ]);
    expect((await api.call('GET', path, { key: central.viewer })).body.items).toMatchObject([
      { value: '••••0101', companyName: 'Central' },
      { value: '••••0100', companyId: null },
    ]);
    expect((await change([], central.viewer)).status).toBe(403);
    expect((await change([], north.admin)).status).toBe(404);
    expect((await change([{ value: ' +1', companyId: north.id }])).body.error.issues[0].path).toBe('keys.0.value');
  });

  it('retry what waits for them, whatever it is, and nothing else', async () => {
    const central = await company('Central');
    const connectionId = await connection(api, central.id);
    const waiting = async (key: string, waitsFor: string | null) => {
      const event = { connectionId, companyId: central.id, providerKey: 'twilio', source: 'poll' as const, type: 'message', key };
      await api.traffic.events.storeBatch([{ ...event, occurredAt: null, receivedAt: now, data: { record: {} } }]);
      const rawEventId = (await api.traffic.events.idOf(connectionId, key))!;
      const failed = { kind: 'record' as const, code: 'record_rejected' as const, sentence: 'It names no franchise.' };
      const item = { companyId: central.id, connectionId, ...failed, cause: key, rawEventId, waitsFor };
      await api.traffic.events.markFailed(connectionId, rawEventId, failed.code, failed.sentence);
      return (await api.stores.errorQueue.put(item)).id;
    };
    const [one, two] = [await waiting('1', '+1'), await waiting('2', '+1')];
    const [other, none, closed] = [await waiting('3', '+2'), await waiting('4', null), await waiting('5', '+1')];
    await api.stores.errorQueue.ignore(closed, 'Spam', by);
    const path = `/v1/connections/${connectionId}/franchise-keys`;
    const give = async (companyId: string | null) =>
      (await api.call('PATCH', path, { key: central.admin, body: { keys: [{ value: '+1', companyId }] } })).body.retried;

    expect(await give(null)).toBe(0);
    expect(await give(central.id)).toBe(2);
    expect(await give(central.id)).toBe(0);
    const states = await Promise.all(
      [one, two, other, none, closed].map(async (id) => (await api.stores.errorQueue.find(id))!.state),
    );
    expect(states).toEqual(['retrying', 'retrying', 'pending', 'pending', 'ignored']);
    expect(await api.traffic.events.countWaiting(connectionId)).toBe(2);
    const audited = (await api.stores.audit.list({ companyId: central.id, limit: 50 })).items;
    expect(audited.find(({ action }) => action === 'failure.retry')).toMatchObject({
      subject: connectionId,
      detail: { items: 2 },
    });
  });

  it('are looked for where the mapping says, which is refused where there is no such place', async () => {
    const central = await company('Central');
    const path = `/v1/connections/${await connection(api, central.id)}/mappings`;
    const usage = {
      object: 'usage',
      externalId: 'id',
      sourceUpdatedAt: 'as_of',
      companyField: { source: 'account_sid', sourceWhenInbound: 'to' },
      fields: [
        { target: 'category', source: 'category', required: true, transform: { kind: 'text' } },
        { target: 'day', source: 'start_date', required: true, transform: { kind: 'day' } },
        { target: 'quantity', source: 'usage', required: true, transform: { kind: 'decimal' } },
        { target: 'unit', source: 'usage_unit', required: true, transform: { kind: 'text' } },
      ],
    };
    const refused = await api.call('POST', path, { key: central.admin, body: usage });
    expect([refused.status, refused.body.error.issues]).toEqual([
      400,
      [{ path: 'mapping.companyField.sourceWhenInbound', message: 'usage has no direction: leave it out' }],
    ]);
    const body = { ...usage, companyField: { source: 'account_sid' } };
    expect((await api.call('POST', path, { key: central.admin, body })).body.companyField).toEqual(body.companyField);
  });
});

describe('A roll-up', () => {
  it('adds up own connections and shares, says how complete it is, and names who is missing to the central company alone', async () => {
    const central = await company('Central');
    const region = await company('Region', central.id);
    const [north, south, west] = [
      await company('North', region.id),
      await company('South', region.id),
      await company('West', central.id),
    ];
    await delivering(west.id, '100');
    const stale = await delivering(south.id, '900', lastWeek);
    // The central account: 12 of North, 3 of the central company itself, of 15 in all.
    const shared = await delivering(central.id, '15');
    await api.stores.franchiseKeys.change(
      { connectionId: shared, keys: [{ value: 'north', companyId: north.id }, { value: 'own', companyId: central.id }] }, // prettier-ignore
      by,
    );
    const delivered = (id: string, companyId: string) => ({
      object: 'message' as const,
      externalId: id,
      sourceUpdatedAt: now.toISOString(),
      companyId,
      fields: {
        direction: 'outbound' as const,
        fromAddress: null,
        toAddress: null,
        body: null,
        status: 'delivered' as const,
        segments: null,
        errorCode: null,
        price: null,
        currency: null,
        sentAt: new Date(now.getTime() - 1_000).toISOString(),
      },
    });
    const records = Array.from({ length: 15 }, (_, index) => delivered(`SM${index}`, index < 12 ? north.id : central.id));
    await api.stores.records.applyRecords({ connectionId: shared, companyId: central.id, mappingVersion: 1, records });
    const sharing = { connectionId: shared, metricKey, at: now } as const;
    await api.stores.shares.keep(sharing, await api.stores.shares.measure(sharing));

    expect(await rollUpOf(central.id, central.viewer)).toMatchObject({
      value: '115',
      unit: 'messages',
      asOf: today,
      reporting: 3,
      total: 4,
      sentence: `3 of 4 reporting, as of ${today}.`,
      missing: [{ companyId: south.id, name: 'South', lastSuccessAt: lastWeek.toISOString() }],
    });
    // What stands under a region: North's share of an account that is not the region's.
    expect(await rollUpOf(region.id, region.viewer)).toMatchObject({ value: '12', reporting: 1, total: 2 });
    expect(await rollUpOf(north.id, north.viewer)).toMatchObject({ value: '12', reporting: 1, total: 1, missing: [] });
    expect(await rollUpOf(region.id, central.viewer)).toMatchObject({ value: '12' });
    for (const [whose, key] of [
      [south.id, north.viewer],
      [region.id, north.viewer],
      [central.id, region.viewer],
    ] as const)
      // prettier-ignore
      expect((await api.call('GET', `/v1/companies/${whose}/rollup`, { key })).status).toBe(404);
    expect((await api.call('GET', `/v1/companies/${central.id}/rollup`, { key: central.client })).status).toBe(403);

    expect(await cardsOf(north)).toEqual([
      expect.objectContaining({
        title: 'Text messages delivered',
        sourceLabel: 'Twilio, your share of a central account',
        current: { value: '12', date: today },
        baseline: { value: '12', date: today },
        status: 'current',
      }),
    ]);
    expect(await cardsOf(west)).toEqual([]);
    const rolled = (await cardsOf(central)).find(({ title }) => title === 'Text messages delivered, all companies');
    expect(rolled).toMatchObject({
      sourceLabel: '4 companies',
      current: { value: '115', date: today },
      status: 'incomplete',
      statusSentence: `3 of 4 reporting, as of ${today}.`,
    });
    expect(JSON.stringify(await cardsOf(central))).not.toMatch(/North|South|West/);

    await api.stores.connections.markSucceeded(stale, now);
    expect(await rollUpOf(central.id, central.viewer)).toMatchObject({
      value: '1015',
      reporting: 4,
      asOf: lastWeek.toISOString().slice(0, 10),
    });

    // A franchise that goes elsewhere has no part in the account any more.
    await api.stores.companies.move(north.id, null, by);
    expect(await rollUpOf(north.id, north.viewer)).toBeUndefined();
    expect(await cardsOf(north)).toEqual([]);
    expect(await rollUpOf(central.id, central.viewer)).toMatchObject({ reporting: 3, total: 3 });
  });
});
