import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeProvider, type ProviderFixture } from '../contract.suite.ts';
import { createProviderHttp } from '../http.ts';
import { client, setUpPipedrive } from './pipedrive.fixture.ts';
import { pipedrive } from './index.ts';

describeProvider(pipedrive, setUpPipedrive);

describe('Pipedrive in particular', () => {
  let fixture: ProviderFixture;
  beforeAll(async () => {
    fixture = await setUpPipedrive();
  });
  afterAll(() => fixture.close());

  const context = (credentials: Record<string, string>) => {
    const { baseUrl: vendorBaseUrl, hosts } = pipedrive;
    const http = createProviderHttp({ vendorBaseUrl, baseUrl: fixture.baseUrl, hosts, timeoutMs: 2_000, log() {} });
    return { http, credentials, settings: {} };
  };
  const company = (options = {}) =>
    fixture.control('createCompany', options) as Promise<{ companyId: number; apiToken: string; domain: string }>;
  const grant = (companyId: number, scopes?: string[]) =>
    fixture.control('createGrant', { clientId: client.clientId, companyId, ...(scopes && { scopes }) }) as Promise<{
      accessToken: string;
      instanceUrl: string;
    }>;
  const failureOf = async (call: Promise<unknown>) => pipedrive.classify(await call.catch((thrown: unknown) => thrown));

  it('tells the company that the token was given for, and whether its user sees everything there', async () => {
    const { apiToken } = await company({ companyId: 4_001_001, name: 'Acme', domain: 'acme', isAdmin: false });
    expect(await pipedrive.check(context({ apiToken }))).toEqual({
      account: { externalId: '4001001', name: 'Acme', status: 'regular_user' },
      usable: { ok: true },
      reaches: [
        {
          kind: 'company',
          externalId: '4001001',
          label: 'Acme (acme.pipedrive.com; sees only what this user may see: an admin’s token sees everything)',
          capabilities: [],
        },
      ],
    });
  });

  it('asks the company’s own host with the tokens of a consent', async () => {
    const { companyId, domain } = await company();
    await pipedrive.check(context({ ...(await grant(companyId)) }));
    const asked = (await fixture.control('requests')) as { path: string }[];
    expect(asked.at(-1)!.path).toBe(`/${domain}.pipedrive.com/api/v1/users/me`);
  });

  it('says that a scope is missing, and which pages need it', async () => {
    const { companyId } = await company();
    const { accessToken, instanceUrl } = await grant(companyId, ['base']);
    expect(await failureOf(pipedrive.stages!(context({ accessToken, instanceUrl })))).toMatchObject({
      code: 'permission_missing',
      providerCode: 'scope_mismatch',
      effect: 'none',
    });
  });

  it('waits an hour when the tokens of the day are used up, and a while when it is shut out', async () => {
    const { companyId, apiToken } = await company();
    await fixture.control('setLimits', { companyId, budgetLeft: 1 });
    expect(await failureOf(pipedrive.check(context({ apiToken })))).toMatchObject({
      code: 'rate_limited',
      providerCode: 'daily_budget',
      retryAfterMs: 3_600_000,
    });
    await fixture.control('setLimits', { companyId, isBlocked: true });
    expect(await failureOf(pipedrive.check(context({ apiToken })))).toMatchObject({
      code: 'rate_limited',
      providerCode: 'blocked',
      retryAfterMs: 900_000,
    });
  });

  it('names the stages of all pipelines in their order, and how a deal may end', async () => {
    const { apiToken } = await company();
    const stages = await pipedrive.stages!(context({ apiToken }));
    expect(
      stages.map(({ externalId, pipelineLabel, position, probability, kind }) => [
        externalId,
        pipelineLabel,
        position,
        probability,
        kind,
      ]),
    ).toEqual([
      ['1', 'Sales', 0, 0.15, 'open'],
      ['2', 'Sales', 1, 0.3, 'open'],
      ['3', 'Sales', 2, 0.45, 'open'],
      ['4', 'Sales', 3, 0.6, 'open'],
      ['5', 'Sales', 4, 0.75, 'open'],
      ['11', 'Renewals', 0, null, 'open'],
      ['12', 'Renewals', 1, null, 'open'],
      ['lost', 'Closed deals', 10_000, 0, 'lost'],
      ['won', 'Closed deals', 10_001, 1, 'won'],
    ]);
  });
});
