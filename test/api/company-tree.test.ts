import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { allAbove, forests } from '../harness/company-trees.ts';
import { by, company, platformKey } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
let platform: string;
beforeAll(async () => {
  api = await startApi();
  platform = await platformKey(api);
});
afterAll(() => api.close());

const get = (path: string, key: string) => api.call('GET', `/v1${path}`, { key });
const post = (path: string, key: string, body: unknown) => api.call('POST', `/v1${path}`, { key, body });

/** All of a list, page by page. */
async function all(path: string, key: string): Promise<{ id: string }[]> {
  const items: { id: string }[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { body } = await get(`${path}?limit=4${cursor && `&cursor=${cursor}`}`, key);
    items.push(...body.items);
    cursor = body.nextCursor;
  }
  return items;
}

describe('A tree of companies', () => {
  it('shows each caller exactly their own company and those below it, on random trees', async () => {
    await fc.assert(
      fc.asyncProperty(forests({ companiesMax: 8 }), async (parents) => {
        const made: { id: string; key: string }[] = [];
        for (const parent of parents) {
          const parentCompanyId = parent === null ? null : made[parent]!.id;
          const { id } = await api.stores.companies.create({ name: 'C', timeZone: 'UTC', parentCompanyId }, by);
          const { key } = await api.stores.apiKeys.create({ companyId: id, role: 'viewer', label: 'v' }, by);
          made.push({ id, key });
        }
        for (const [mine, { key }] of made.entries()) {
          const visible = made.filter((_, theirs) => theirs === mine || allAbove(parents, theirs).includes(mine));
          const listed = await all('/companies', key);
          expect(listed.map(({ id }) => id).toSorted()).toEqual(visible.map(({ id }) => id).toSorted());
          for (const { id } of made) {
            const isVisible = visible.some((one) => one.id === id);
            expect((await get(`/companies/${id}`, key)).status).toBe(isVisible ? 200 : 404);
          }
        }
      }),
      { numRuns: 15 },
    );
  });

  it('grows under a central company by its admin’s hand, at any level below, and nowhere else', async () => {
    const [central, other] = [await company(api, 'Central'), await company(api, 'Other')];
    const made = await post(`/companies/${central.id}/franchises`, central.keys.company_admin, {
      name: 'North',
      timeZone: 'UTC',
    });
    expect([made.status, made.body.parentCompanyId]).toEqual([201, central.id]);
    const deeper = `/companies/${made.body.id}/franchises`;
    const body = { name: 'North West', timeZone: 'UTC' };
    expect((await post(deeper, central.keys.company_admin, body)).status).toBe(201);
    expect((await post(deeper, central.keys.operator, body)).status).toBe(403);
    expect((await post(deeper, other.keys.company_admin, body)).status).toBe(404);
    expect((await get(`/companies/${made.body.id}`, central.keys.client)).status).toBe(404);
    const audit = await get(`/companies/${central.id}/audit`, central.keys.company_admin);
    expect(audit.body.items).toContainEqual(expect.objectContaining({ action: 'franchise.create', subject: made.body.id }));
  });

  it('keeps what is in a franchise from its central company, and says why', async () => {
    const central = await company(api, 'Central');
    const { id } = await api.stores.companies.create({ name: 'F', timeZone: 'UTC', parentCompanyId: central.id }, by);
    const answer = await get(`/companies/${id}/connections`, central.keys.company_admin);
    expect(answer.status).toBe(403);
    expect(answer.body.error.message).toBe('The permission connection.read does not reach into the companies below your own.');
    const told = await get(`/companies/${id}/audit`, platform);
    expect(told.body.items[0]).toMatchObject({ action: 'connection.read', outcome: 'refused' });
  });

  it('is changed by the platform alone, and takes and gives sight at once', async () => {
    const [from, to] = [await company(api, 'From'), await company(api, 'To')];
    const moved = await company(api, 'Moved');
    await api.stores.companies.move(moved.id, from.id, by);
    const path = `/companies/${moved.id}/move`;
    expect((await post(path, from.keys.company_admin, { parentCompanyId: null })).status).toBe(403);
    expect((await post(path, moved.keys.company_admin, { parentCompanyId: null })).status).toBe(403);
    expect((await post(path, platform, { parentCompanyId: to.id })).body.parentCompanyId).toBe(to.id);
    expect((await get(`/companies/${moved.id}`, from.keys.viewer)).status).toBe(404);
    expect((await get(`/companies/${moved.id}`, to.keys.viewer)).status).toBe(200);
    const circle = await post(`/companies/${to.id}/move`, platform, { parentCompanyId: moved.id });
    expect([circle.status, circle.body.error.message]).toEqual([409, expect.stringContaining('under itself')]);
    const nowhere = await post(path, platform, { parentCompanyId: `comp_${'0'.repeat(26)}` });
    expect([nowhere.status, nowhere.body.error.issues[0].path]).toEqual([404, 'parentCompanyId']);
  });
});
