import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { compileMapping } from '../../domain/compile-mapping.ts';
import { createProviderHttp } from '../http.ts';
import { deals } from './deals.ts';
import { salesforce } from './index.ts';
import { client, setUpSalesforce, type SalesforceFixture } from './salesforce.fixture.ts';

describe('Salesforce’s opportunities', () => {
  let fixture: SalesforceFixture;
  let orgId: string;
  let instanceUrl: string;
  beforeAll(async () => {
    fixture = await setUpSalesforce();
  });
  afterAll(() => fixture.close());
  beforeEach(async () => {
    ({ orgId, instanceUrl } = await control('createOrg'));
  });

  const control = (verb: string, input: Record<string, unknown> = {}) => fixture.control(verb, input) as Promise<any>;
  /** The first page, with further fields. */
  const read = async (opportunityFields: string[] = []) => {
    const { accessToken } = await control('createGrant', { clientId: client.clientId, orgId });
    const { baseUrl: vendorBaseUrl, hosts } = salesforce;
    const http = createProviderHttp({ vendorBaseUrl, baseUrl: fixture.baseUrl, hosts, timeoutMs: 2_000, log() {} });
    const context = { http, credentials: { accessToken, instanceUrl }, settings: { opportunityFields } };
    return (await deals.fetchPage(context, { cursor: null, now: new Date(), pageSize: 1_000 })).records;
  };

  it('tell a step for each change of stage alone, and who made it', async () => {
    const at = (minute: number) => `2026-03-01T10:0${minute}:00Z`;
    const { id } = await control('createOpportunity', { orgId, stage: 'Prospecting', at: at(0) });
    const moved = (change: object, minute: number) => control('changeOpportunity', { orgId, id, at: at(minute), ...change });
    await moved({ amount: 500 }, 1);
    await moved({ stage: 'Qualification', by: '005000000000007AAA' }, 2);
    await moved({ closeDate: '2027-02-01' }, 3);
    await moved({ stage: 'Prospecting' }, 4);
    await moved({ name: 'Renamed' }, 5);
    // Two rows of one second, as two automations of one save write them.
    await moved({ stage: 'Qualification' }, 6);
    await moved({ stage: 'Closed Won' }, 6);
    const steps = deals.movements!((await read())[0]);
    expect(steps.map(({ from, to, at: time }) => [from, to, time.slice(14, 16)])).toEqual([
      [null, 'Prospecting', '00'],
      ['Prospecting', 'Qualification', '02'],
      ['Qualification', 'Prospecting', '04'],
      ['Prospecting', 'Qualification', '06'],
      ['Qualification', 'Closed Won', '06'],
    ]);
    expect(steps[1]).toMatchObject({ by: '005000000000007AAA', at: '2026-03-01T10:02:00.000Z' });
  });

  it('ask for the history of many opportunities in addresses that are short enough, and read it to its end', async () => {
    await control('createOpportunities', { orgId, count: 700, movesEach: 5, apartS: 5 });
    const lengths = ((await read()) as { OpportunityHistories: unknown[] }[]).map(
      ({ OpportunityHistories }) => OpportunityHistories.length,
    );
    expect(lengths).toEqual(Array.from({ length: 700 }, () => 6));
    const asked = (await control('requests')) as { path: string; query: { q?: string } }[];
    for (const { path, query } of asked) expect(`${path}?${new URLSearchParams(query).toString()}`.length).toBeLessThan(12_000);
  });

  it('know the currency of a deal in an org with one and in an org with several', async () => {
    const currencyOf = async () => {
      const [record] = await read();
      return compileMapping({ ...deals.mapping, version: 1 }, { phone: (text) => text })(record);
    };
    await control('createOpportunity', { orgId, amount: 1_250.5, currency: 'EUR' });
    await control('setOrg', { orgId, currency: 'GBP' });
    expect(await currencyOf()).toMatchObject({ record: { fields: { amount: '1250.5', currency: 'GBP' } } });
    await control('setOrg', { orgId, multiCurrency: true });
    expect(await currencyOf()).toMatchObject({ record: { fields: { amount: '1250.5', currency: 'EUR' } } });
  });

  it('read the further fields that the settings name, and say which of them nobody sees', async () => {
    await control('createOpportunity', { orgId });
    expect(await read(['Region__c'])).toEqual([expect.objectContaining({ Region__c: 'North' })]);
    const error: unknown = await read(['Nobody__c']).catch((thrown: unknown) => thrown);
    expect(salesforce.classify(error)).toMatchObject({
      code: 'permission_missing',
      sentence: expect.stringContaining('Nobody__c'),
    });
    for (const field of ['Name FROM User', "x' OR 1", '', '9x'])
      expect(salesforce.settings.safeParse({ opportunityFields: [field] }).success).toBe(false);
  });
});
