import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeProvider } from '../contract.suite.ts';
import { createProviderHttp, type HttpCall } from '../http.ts';
import { client, setUpSalesforce, type SalesforceFixture } from './salesforce.fixture.ts';
import { salesforce } from './index.ts';
import type { SalesforceCredentials } from './schema.ts';

describeProvider(salesforce, setUpSalesforce);

describe('Salesforce in particular', () => {
  let fixture: SalesforceFixture;
  const calls: HttpCall[] = [];
  beforeAll(async () => {
    fixture = await setUpSalesforce();
  });
  afterAll(() => fixture.close());

  const contextOf = (credentials: SalesforceCredentials) => {
    const { baseUrl: vendorBaseUrl, hosts } = salesforce;
    const log = (call: HttpCall) => void calls.push(call);
    const http = createProviderHttp({ vendorBaseUrl, baseUrl: fixture.baseUrl, hosts, timeoutMs: 2_000, log });
    return { http, credentials, settings: { opportunityFields: [] } };
  };
  const newOrg = async (options: Record<string, unknown> = {}) => {
    const org = (await fixture.control('createOrg', options)) as { orgId: string; instanceUrl: string };
    const { accessToken } = (await fixture.control('createGrant', { clientId: client.clientId, orgId: org.orgId })) as {
      accessToken: string;
    };
    return { ...org, context: contextOf({ accessToken, instanceUrl: org.instanceUrl }) };
  };
  const failureOf = async (call: Promise<unknown>) =>
    salesforce.classify(
      await call.then(
        () => expect('the call').toBe('refused'),
        (error: unknown) => error,
      ),
    );

  it('tells the org, its edition and where it lives', async () => {
    const { orgId, context } = await newOrg({ name: 'Acme', host: 'acme.my.salesforce.com', isSandbox: true });
    expect(await salesforce.check(context)).toEqual({
      account: { externalId: orgId, name: 'Acme', status: 'Enterprise Edition, sandbox' },
      usable: { ok: true },
      reaches: [{ kind: 'org', externalId: orgId, label: 'Acme (acme.my.salesforce.com)', capabilities: [] }],
    });
  });

  it('says at the check which field or object the user does not see', async () => {
    const { orgId, context } = await newOrg({ hidden: ['Opportunity.Amount'] });
    expect((await salesforce.check(context)).usable).toEqual({
      ok: false,
      failure: {
        code: 'permission_missing',
        providerCode: 'INVALID_FIELD',
        sentence: 'The Salesforce user does not see Amount: make it visible to the user, then sync now.',
        effect: 'none',
      },
    });
    await fixture.control('setOrg', { orgId, hidden: ['Opportunity'] });
    expect((await salesforce.check(context)).usable).toMatchObject({
      failure: { providerCode: 'INVALID_TYPE', sentence: expect.stringContaining('does not see Opportunity') },
    });
  });

  it('waits a quarter of an hour when the org’s calls are used up, and says when the API is not there', async () => {
    const { orgId, context } = await newOrg({ callsMax: 1 });
    expect(await failureOf(salesforce.check(context))).toMatchObject({
      code: 'rate_limited',
      providerCode: 'REQUEST_LIMIT_EXCEEDED',
      retryAfterMs: 900_000,
    });
    await fixture.control('setOrg', { orgId, callsMax: 1_000, apiEnabled: false });
    expect(await failureOf(salesforce.check(context))).toMatchObject({ code: 'permission_missing' });
  });

  it('keeps two orgs apart: a session is good at its own org’s address alone, and is never sent to the sign-in host', async () => {
    const [one, two] = [await newOrg(), await newOrg()];
    for (const { orgId, context } of [one, two]) expect((await salesforce.check(context)).account.externalId).toBe(orgId);
    calls.length = 0;
    const crossed = contextOf({ ...one.context.credentials, instanceUrl: two.instanceUrl });
    expect(await failureOf(salesforce.check(crossed))).toMatchObject({ code: 'credentials_rejected' });
    expect(calls.map(({ path }) => path)).toEqual([`${new URL(two.instanceUrl).host}/services/data/v66.0/queryAll?q`]);
  });

  it('sends nothing to an address that is not Salesforce’s', async () => {
    const { context } = await newOrg();
    const elsewhere = { ...context, credentials: { ...context.credentials, instanceUrl: 'https://salesforce.com.evil.test' } };
    await expect(salesforce.check(elsewhere)).rejects.toThrow('is not a host of this provider');
  });

  it('tells stages in one pipeline, closed ones as won or lost', async () => {
    const { context } = await newOrg();
    const stages = await salesforce.stages!(context);
    expect(stages.map(({ externalId, position, probability, kind }) => [externalId, position, probability, kind])).toEqual([
      ['Prospecting', 1, 0.1, 'open'],
      ['Qualification', 2, 0.2, 'open'],
      ['Proposal/Price Quote', 3, 0.75, 'open'],
      ['Closed Won', 4, 1, 'won'],
      ['Closed Lost', 5, 0, 'lost'],
    ]);
    expect(new Set(stages.map(({ pipelineExternalId }) => pipelineExternalId))).toEqual(new Set(['default']));
  });
});
