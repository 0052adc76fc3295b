import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';

const portalId = 20_000_010;
const privateToken = 'pat-na1-sandbox-test';

describe('HubSpot’s sandbox', () => {
  let sandbox: RunningSandbox;
  let firstId: number;
  beforeAll(async () => {
    sandbox = await startSandbox();
    await sandbox.control('hubspot', 'createApp', { clientId: 'app' });
    await sandbox.control('hubspot', 'createPortal', { portalId, privateToken });
    await sandbox.control('hubspot', 'createContacts', { portalId, count: 1 });
    ({ firstId } = await sandbox.control<{ firstId: number }>('hubspot', 'createDeals', { portalId, count: 120 }));
  });
  afterAll(() => sandbox.close());

  const call = async (method: string, path: string, body?: unknown, token = privateToken) => {
    const answer = await fetch(`${sandbox.url}/hubspot${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any };
  };
  const search = (filters: object[], more = {}) =>
    call('POST', '/crm/v3/objects/deals/search', { filterGroups: [{ filters }], ...more });

  it('searches by the filters that it knows, pages by offset, and gives no more than 10,000', async () => {
    const won = { propertyName: 'dealstage', operator: 'EQ', value: 'closedwon' };
    const { body } = await search([won], { limit: 20, properties: ['dealname'] });
    expect(body).toMatchObject({ total: 24, paging: { next: { after: '20' } } });
    expect(body.results[0].properties).toEqual({
      createdate: expect.any(String),
      dealname: expect.any(String),
      hs_lastmodifieddate: expect.any(String),
      hs_object_id: body.results[0].id,
    });
    expect((await search([won], { limit: 20, after: '20' })).body.results).toHaveLength(4);
    const closed = { propertyName: 'dealstage', operator: 'IN', values: ['closedwon', 'closedlost'] };
    const firstHalf = { propertyName: 'hs_object_id', operator: 'LT', value: String(firstId + 60) };
    expect((await search([closed, firstHalf])).body.total).toBe(24);
    expect((await search([{ propertyName: 'closed_reason', operator: 'HAS_PROPERTY' }])).body.total).toBe(0);
    const newestFirst = { sorts: [{ propertyName: 'hs_lastmodifieddate', direction: 'DESCENDING' }] };
    expect((await search([], newestFirst)).body.results[0].id).toBe(String(firstId + 119));
    for (const refused of [{ limit: 201 }, { limit: 100, after: '9901' }, { query: 'roof' }])
      expect(await search([], refused)).toMatchObject({ status: 400, body: { category: 'VALIDATION_ERROR' } });
  });

  it('reads fifty deals with histories at once, a hundred without, and names those that it does not have', async () => {
    const read = (count: number, more = {}) =>
      call('POST', '/crm/v3/objects/deals/batch/read', {
        inputs: Array.from({ length: count }, (_, index) => ({ id: String(firstId + index) })),
        ...more,
      });
    const withHistory = { propertiesWithHistory: ['dealstage'] };
    expect((await read(51, withHistory)).status).toBe(400);
    expect((await read(101)).status).toBe(400);
    const { status, body } = await read(50, withHistory);
    expect(status).toBe(200);
    const times = body.results[0].propertiesWithHistory.dealstage.map(({ timestamp }: { timestamp: string }) => timestamp);
    expect(times).toEqual(times.toSorted((a: string, b: string) => (a < b ? 1 : -1)));
    const inputs = [{ id: String(firstId) }, { id: '7' }];
    expect(await call('POST', '/crm/v3/objects/deals/batch/read', { inputs })).toMatchObject({
      status: 207,
      body: { results: [{ id: String(firstId) }], numErrors: 1, errors: [{ context: { ids: ['7'] } }] },
    });
  });

  it('moves a deal for whoever may write, to a stage that there is', async () => {
    const move = (dealstage: string, token?: string) =>
      call('PATCH', `/crm/v3/objects/deals/${firstId}`, { properties: { dealstage } }, token);
    expect(await move('contractsent')).toMatchObject({ status: 200, body: { properties: { dealstage: 'contractsent' } } });
    expect((await move('nowhere')).status).toBe(400);
    const { accessToken } = await sandbox.control<{ accessToken: string }>('hubspot', 'createGrant', {
      clientId: 'app',
      portalId,
      scopes: ['oauth', 'crm.objects.deals.read'],
    });
    expect(await move('closedwon', accessToken)).toMatchObject({ status: 403, body: { category: 'MISSING_SCOPES' } });
    expect((await call('GET', '/crm/v3/owners', undefined, accessToken)).status).toBe(403);
    expect((await call('GET', '/crm/v3/owners')).body.results).toMatchObject([{ id: '41629779' }]);
  });

  it('tells how many calls are left, but not of a search, and by which limit it refuses one', async () => {
    expect((await call('GET', '/crm/v3/pipelines/deals')).headers.get('x-hubspot-ratelimit-remaining')).toBe('109');
    expect((await search([])).headers.get('x-hubspot-ratelimit-remaining')).toBeNull();
    for (const policyName of ['SECONDLY', 'TEN_SECONDLY_ROLLING', 'DAILY']) {
      await sandbox.control('hubspot', 'limit', { portalId, policyName });
      expect(await search([])).toMatchObject({ status: 429, body: { policyName } });
    }
    expect((await search([])).status).toBe(200);
  });
});
