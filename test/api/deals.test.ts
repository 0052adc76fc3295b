/** Deals, the steps that they went, and what the stages of their pipelines count as. */
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { clientNumber, company, everything } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let path: string;
beforeAll(async () => {
  api = await startApi({ answerWithinMs: 200 });
  ours = await company(api, 'Ours');
  const { connectionId } = await everything(api, ours.id);
  path = `/v1/connections/${connectionId}`;
});
afterAll(() => api.close());

const admin = { key: () => ours.keys.company_admin };
const read = async (rest: string, key = admin.key()) => (await api.call('GET', `${path}${rest}`, { key })).body;
const map = (stages: object[]) => api.call('PATCH', `${path}/stages`, { key: admin.key(), body: { stages } });
const offer = { externalId: 'offer', name: 'Offer sent', position: 4, probability: 0.5, kind: 'won' };
const asProvider = { name: 'offer', position: 1, probability: null, kind: 'open' };

it('shows a deal with what its stage means, and a number in its title to admins alone', async () => {
  const [deal] = (await read('/deals')).items;
  expect(deal).toMatchObject({ stage: 'offer', stageMeaning: { name: 'offer', kind: 'open' }, deletedAt: null });
  expect(deal.title).toContain(clientNumber);
  expect((await read('/deals', ours.keys.operator)).items[0].title).not.toContain(clientNumber);
});

it('shows the steps of a period', async () => {
  const { items } = await read('/deal-movements?from=2026-11-19T00:00:00Z&until=2026-11-21T00:00:00Z');
  expect(items).toEqual([
    expect.objectContaining({ from: 'new', to: 'offer', at: '2026-11-20T10:00:00.000Z', enteredAt: '2026-11-18T10:00:00.000Z' }),
  ]);
  expect((await read('/deal-movements?dealExternalId=another')).items).toEqual([]);
});

it('lets an admin say what a stage counts as, at once and for what was before', async () => {
  const answer = await map([{ ...offer, was: asProvider }]);
  expect(answer.status).toBe(200);
  expect(answer.body.items).toContainEqual(expect.objectContaining({ ...offer, label: 'offer', mappedBy: expect.any(String) }));
  expect((await read('/deals')).items[0].stageMeaning).toEqual({ name: 'Offer sent', kind: 'won' });
});

it('of two admins tells the later that a stage counts as something else by now, and overwrites nothing', async () => {
  const { externalId: _, ...seen } = offer;
  expect((await map([{ ...offer, name: 'First', was: seen }])).status).toBe(200);
  const late = await map([
    { ...offer, externalId: 'new', was: { ...asProvider, name: 'new', position: 0 } },
    { ...offer, name: 'Second', was: seen },
  ]);
  expect([late.status, late.body.error.message]).toEqual([
    409,
    expect.stringMatching(/^Somebody has changed what these stages count as since: “offer” \(by key_\w+\)\./),
  ]);
  const names = (await read('/stages')).items.map(({ name }: { name: string }) => name);
  expect(names).toEqual(['new', 'First']);
  // What stands there already is done: an answer that was lost is asked for again.
  expect((await map([{ ...offer, name: 'First', was: seen }])).status).toBe(200);
  expect((await map([{ ...offer, was: { ...seen, name: 'First' } }])).status).toBe(200);
});

it('names each stage that is not there or given twice, and changes nothing', async () => {
  const before = await read('/stages');
  const given = { ...offer, was: asProvider };
  const answer = await map([given, { ...given, name: 'Again' }, { ...given, externalId: 'strange' }]);
  expect(answer.status).toBe(400);
  expect(answer.body.error.issues).toEqual([
    { path: 'stages.1.externalId', message: 'Is given twice.' },
    { path: 'stages.2.externalId', message: 'Is no stage of this connection: list its stages.' },
  ]);
  expect(await read('/stages')).toEqual(before);
});
