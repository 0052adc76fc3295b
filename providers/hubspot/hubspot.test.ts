import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeProvider, type ProviderFixture } from '../contract.suite.ts';
import { createProviderHttp } from '../http.ts';
import { setUpHubspot } from './hubspot.fixture.ts';
import { hubspot } from './index.ts';

describeProvider(hubspot, setUpHubspot);

describe('HubSpot in particular', () => {
  let fixture: ProviderFixture;
  beforeAll(async () => {
    fixture = await setUpHubspot();
  });
  afterAll(() => fixture.close());

  const check = async (accessToken: string) => {
    const { baseUrl: vendorBaseUrl, hosts } = hubspot;
    const http = createProviderHttp({ vendorBaseUrl, baseUrl: fixture.baseUrl, hosts, timeoutMs: 2_000, log() {} });
    return hubspot.check({ http, credentials: { accessToken }, settings: {} });
  };
  const grant = (portal: { portalId: number }, scopes?: string[]) =>
    fixture.control('createGrant', {
      clientId: fixture.oauth!.client.clientId,
      portalId: portal.portalId,
      ...(scopes && { scopes }),
    }) as Promise<{ accessToken: string }>;
  const portal = (options = {}) => fixture.control('createPortal', options) as Promise<{ portalId: number }>;

  it('tells the portal that the token was given for', async () => {
    const { portalId } = await portal({ portalId: 20_123_456, accountType: 'DEVELOPER_TEST' });
    const { accessToken } = await grant({ portalId });
    expect(await check(accessToken)).toEqual({
      account: { externalId: '20123456', name: 'HubSpot account 20123456', status: 'DEVELOPER_TEST' },
      usable: { ok: true },
      reaches: [
        {
          kind: 'portal',
          externalId: '20123456',
          label: 'HubSpot account 20123456 (app.hubspot.com, na1)',
          capabilities: [],
        },
      ],
    });
  });

  it('names the scope that is missing', async () => {
    const { accessToken } = await grant(await portal(), ['crm.objects.deals.read']);
    const error: unknown = await check(accessToken).catch((thrown: unknown) => thrown);
    expect(hubspot.classify(error)).toEqual({
      code: 'permission_missing',
      providerCode: 'MISSING_SCOPES',
      sentence: 'The HubSpot token lacks oauth: allow the app what it asks for, then connect again.',
      effect: 'none',
    });
  });

  it('tells an ended token from an unknown one', async () => {
    const { portalId } = await portal();
    const { accessToken } = await grant({ portalId });
    await fixture.control('endAccessTokens', { portalId });
    const error: unknown = await check(accessToken).catch((thrown: unknown) => thrown);
    expect(hubspot.classify(error)).toMatchObject({ code: 'credentials_rejected', providerCode: 'EXPIRED_AUTHENTICATION' });
  });
});
