/** What the console's list of connections is read by: searched, filtered and paged by the server, a batch of facts beside each page. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clearOfMidnight } from '../harness/clock.ts';
import { by, company } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

await clearOfMidnight();
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;

beforeAll(async () => {
  api = await startApi();
  ours = await company(api, 'Ours');
});
afterAll(() => api.close());

async function make(label: string, providerKey = 'twilio', ownerUserId: string | null = null, companyId = ours.id) {
  const facts = { companyId, providerKey, purpose: 'test', label, ownerUserId, reason: 'Test', settings: {} };
  return (await api.stores.connections.create(facts, by)).id;
}
const list = (query: Record<string, string> = {}) =>
  api.call('GET', `/v1/companies/${ours.id}/connections?${new URLSearchParams(query).toString()}`, { key: ours.keys.viewer });
const labels = async (query: Record<string, string>) =>
  (await list(query)).body.items.map(({ label }: { label: string }) => label);

describe('A search', () => {
  let northId: string;
  beforeAll(async () => {
    northId = await make('North office texts');
    await make('South office deals', 'hubspot');
    await make('50% off_season', 'salesforce');
    const theirs = await company(api, 'Theirs');
    await make('North office of somebody else', 'twilio', null, theirs.id);
  });

  it.each<[string, string[]]>([
    ['office', ['South office deals', 'North office texts']],
    ['NORTH', ['North office texts']],
    ['hubspot', ['South office deals']],
    ['office twil', ['North office texts']],
    ['texts   office', ['North office texts']],
    ['office salesforce', []],
    // Signs that the database would take for its own.
    ['0% o', ['50% off_season']],
    ['f_s', ['50% off_season']],
    ['o_fice', []],
    ['%', ['50% off_season']],
    ['\\', []],
    ["' OR 1=1 --", []],
  ])('for %s finds %j', async (q, found) => {
    expect(await labels({ q })).toEqual(found);
  });

  it('for a whole id finds it, and nobody else’s', async () => {
    expect(await labels({ q: northId })).toEqual(['North office texts']);
  });

  it('goes together with state, provider and pages', async () => {
    await api.stores.connections.setState(northId, 'active', 'Launched.', 'test');
    expect(await labels({ q: 'office', state: 'active' })).toEqual(['North office texts']);
    expect(await labels({ q: 'office', state: 'active', provider: 'hubspot' })).toEqual([]);
    expect(await labels({ provider: 'hubspot' })).toEqual(['South office deals']);
    const first = (await list({ q: 'office', limit: '1' })).body;
    expect(first.items).toMatchObject([{ label: 'South office deals' }]);
    const second = (await list({ q: 'office', limit: '1', cursor: first.nextCursor })).body;
    expect(second).toMatchObject({ items: [{ label: 'North office texts' }], nextCursor: null });
  });

  it.each([{ q: ' ' }, { state: 'sleeping' }, { days: '15' }, { owner: 'me' }])('is refused for %j', async (query) => {
    expect((await list(query as Record<string, string>)).status).toBe(400);
  });
});

describe('Beside each connection', () => {
  const fact = async (label: string, query = {}) => (await list({ q: label, ...query })).body.items[0];

  it('stands who looks after it: who is assigned, else who is on duty, else nobody', async () => {
    const person = async (name: string) => {
      const facts = { companyId: ours.id, name, email: `${name}@example.com`, phone: null, role: 'operator' as const };
      return (await api.stores.users.create(facts, by)).id;
    };
    const [ann, bob] = [await person('Ann'), await person('Bob')];
    await make('Assigned', 'twilio', ann);
    await make('Left alone');
    expect((await fact('Assigned')).owner).toEqual({ userId: ann, name: 'Ann', by: 'assigned' });
    expect((await fact('Left alone')).owner).toBeNull();
    await api.stores.duty.save(ours.id, [{ userId: bob, timeZone: 'UTC', shifts: [] }], by);
    expect((await fact('Assigned')).owner).toMatchObject({ name: 'Ann', by: 'assigned' });
    expect((await fact('Left alone')).owner).toEqual({ userId: bob, name: 'Bob', by: 'duty' });
  });

  it('stands its freshness by its own policy', async () => {
    const id = await make('Policy of its own');
    await api.stores.connections.setState(id, 'active', 'Launched.', 'test');
    await api.stores.connections.markSucceeded(id, new Date(Date.now() - 3_000_000));
    expect((await fact('Policy of its own')).freshness).toEqual({ stale: false, freshWithinS: 3_600, sentence: null });
    await api.stores.connections.saveSettings(id, { policy: { freshWithinS: 60 } }, by);
    expect((await fact('Policy of its own')).freshness).toMatchObject({ stale: true, freshWithinS: 60 });
  });

  it('stands how its runs of the last days went, where that is asked for', async () => {
    const id = await make('With runs');
    const [job] = await api.stores.jobs.ensure(id, [{ stream: 'messages', object: 'message', cadenceS: 900 }]);
    for (const [place, outcome] of (['succeeded', 'failed', 'succeeded', 'cancelled'] as const).entries()) {
      const opened = await api.stores.runs.open({ jobId: job!.id, workflowId: `sync:${place}`, trigger: 'schedule' });
      if (opened.opened) await api.stores.runs.close(opened.runId, { outcome });
    }
    expect((await fact('With runs')).runsByDay).toBeUndefined();
    const { runsByDay } = await fact('With runs', { days: '3' });
    const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
    expect(runsByDay).toEqual([
      { day: day(2), succeeded: 0, failed: 0 },
      { day: day(1), succeeded: 0, failed: 0 },
      { day: day(0), succeeded: 2, failed: 1 },
    ]);
  });
});
