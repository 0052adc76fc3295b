import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hubspot } from '../../providers/hubspot/index.ts';
import { getProvider } from '../../providers/registry.ts';
import { openBrowser } from '../harness/browser.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { grantsOf } from '../harness/hubspot-account.ts';
import { until } from '../harness/until.ts';
import { answerConsent, beginHubspot, consent, walkToConsent, type HubspotScene } from '../harness/hubspot-connection.ts';

let engine: Engine;
let { streams } = hubspot;
beforeAll(async () => {
  engine = await startEngine({ getProvider: (key) => (key === 'hubspot' ? { ...hubspot, streams } : getProvider(key)) });
});
afterAll(() => engine.stop());

const audited = async (companyId: string | null, action: string) => {
  const { items } = await engine.app.audit.list({ companyId, limit: 50 });
  return items.filter((entry) => entry.action === action).map(({ outcome, detail }) => ({ outcome, reason: detail['reason'] }));
};
const refusedAs = async ({ company, connectionId }: HubspotScene, reason: string) => {
  expect(await audited(company.companyId, 'consent.answer')).toEqual([{ outcome: 'refused', reason }]);
  expect(await engine.app.tokens.held(connectionId)).toEqual([]);
};

describe('A consent', () => {
  it('is asked for, given and used: the access is confirmed, and the tokens are nowhere but sealed', async () => {
    const scene = await beginHubspot(engine);
    const walk = await walkToConsent(scene);
    expect(walk.start.text).toContain('Connect HubSpot to Sample Plumbing');
    expect(walk.start.text).toContain('admin asked in Linkwright');
    expect(walk.opened.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax$/);
    const back = await answerConsent(scene, walk);
    const { searchParams } = new URL(back);
    const told = await walk.browser.get(back);
    expect(told).toMatchObject({ status: 200, text: expect.stringContaining('HubSpot is connected') });

    const { body } = await scene.call('GET', `/connections/${scene.connectionId}/onboarding`);
    expect(body.confirmed).toMatchObject([
      {
        step: 'access',
        by: scene.company.admin.id,
        summary: {
          auth: 'oauth2',
          accountStatus: 'STANDARD',
          reaches: 1,
          scopes: 'oauth crm.objects.contacts.read crm.objects.deals.read crm.objects.deals.write crm.objects.owners.read',
        },
      },
    ]);
    expect((await scene.call('POST', `/connections/${scene.connectionId}/onboarding/records`, {})).body.verdict).toBe('accepted');
    const [token] = await engine.app.tokens.held(scene.connectionId);
    expect(token).toMatchObject({ kind: 'oauth2', state: 'active', isDue: false, values: { refreshToken: expect.any(String) } });
    expect(token!.values).not.toHaveProperty('code');
    expect(await grantsOf(engine, scene.portalId)).toMatchObject([{ refreshes: 0, state: 'good' }]);

    const { accessToken, refreshToken } = token!.values;
    for (const secret of [accessToken!, refreshToken!, searchParams.get('code')!, searchParams.get('state')!])
      engine.canaries.add(secret);
    engine.canaries.add(walk.url.split('/').at(-1)!);
    expect(await engine.leaks()).toEqual([]);
  });

  it('leads back to where in the console it was asked for, agreed or declined, and to no other site', async () => {
    const scene = await beginHubspot(engine);
    const returnTo = `/connections/${scene.connectionId}/setup`;
    const declined = await walkToConsent(scene, { returnTo });
    const told = await declined.browser.get(await answerConsent(scene, declined, 'decline'));
    expect(told).toMatchObject({ status: 409, text: expect.stringContaining(`<a href="${engine.url}${returnTo}">`) });
    const agreed = await walkToConsent(scene, { returnTo });
    const back = await agreed.browser.get(await answerConsent(scene, agreed));
    expect(back).toMatchObject({ status: 303, location: engine.url + returnTo });
    for (const elsewhere of ['https://evil.example.com', '//evil.example.com', '/\\evil.example.com']) {
      const refused = await scene.call('POST', `/connections/${scene.connectionId}/oauth`, { returnTo: elsewhere });
      expect(refused).toMatchObject({ status: 400, body: { error: { issues: [{ path: 'returnTo' }] } } });
    }
  });

  it('ends at the provider when the onboarding is cancelled', async () => {
    const scene = await beginHubspot(engine);
    await consent(scene);
    await scene.call('POST', `/connections/${scene.connectionId}/onboarding/records`, {});
    await scene.call('POST', `/connections/${scene.connectionId}/onboarding/cancel`, { reason: 'Later' });
    expect(await grantsOf(engine, scene.portalId)).toMatchObject([{ state: 'revoked', revocations: 1 }]);
    expect(await audited(scene.company.companyId, 'credentials.revoke')).toEqual([{ outcome: 'done', reason: undefined }]);
  });

  it('to a provider of which no data is read holds the onboarding before its mapping', async () => {
    streams = {};
    const scene = await beginHubspot(engine);
    await consent(scene);
    await scene.call('POST', `/connections/${scene.connectionId}/onboarding/records`, {});
    const held = await scene.call('POST', `/connections/${scene.connectionId}/onboarding/mapping`, {});
    streams = hubspot.streams;
    expect(held.status).toBe(409);
    expect(held.body.error).toMatchObject({
      code: 'configuration_invalid',
      message: expect.stringContaining('Linkwright reads no data of HubSpot yet'),
    });
  });

  it('that is declined changes nothing, and the page says so', async () => {
    const scene = await beginHubspot(engine);
    const walk = await walkToConsent(scene);
    const told = await walk.browser.get(await answerConsent(scene, walk, 'decline'));
    expect(told).toMatchObject({ status: 409, text: expect.stringContaining('The access was declined at HubSpot') });
    await refusedAs(scene, 'access_denied');
  });

  it('is good once', async () => {
    const scene = await beginHubspot(engine);
    const walk = await walkToConsent(scene);
    const back = await answerConsent(scene, walk);
    expect((await walk.browser.get(back)).status).toBe(200);
    const again = await walk.browser.get(back);
    expect(again).toMatchObject({ status: 409, text: expect.stringContaining('was answered before') });
    expect(await audited(scene.company.companyId, 'consent.answer')).toEqual([{ outcome: 'refused', reason: 'reused_state' }]);
  });

  it('belongs to the browser that began it, and is spent when it comes back in another', async () => {
    const scene = await beginHubspot(engine);
    const walk = await walkToConsent(scene);
    const back = await answerConsent(scene, walk);
    const stolen = await openBrowser().get(back);
    expect(stolen).toMatchObject({ status: 403, text: expect.stringContaining('begun in another browser') });
    await refusedAs(scene, 'other_browser');
    expect((await walk.browser.get(back)).status).toBe(409);
  });

  it('of one person is not completed with the cookie of another', async () => {
    const [ours, theirs] = [await beginHubspot(engine), await beginHubspot(engine)];
    const walk = await walkToConsent(ours);
    const back = await answerConsent(ours, walk);
    const other = await walkToConsent(theirs);
    expect((await other.browser.get(back)).status).toBe(403);
    await refusedAs(ours, 'other_browser');
  });

  it('ends after ten minutes', async () => {
    const scene = await beginHubspot(engine);
    const walk = await walkToConsent(scene);
    const back = await answerConsent(scene, walk);
    await engine.appDatabase.query(
      'UPDATE oauth_consents SET expires_at = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND WHERE connection_id = :id',
      { replacements: { id: scene.connectionId } },
    );
    expect(await walk.browser.get(back)).toMatchObject({ status: 410, text: expect.stringContaining('ten minutes') });
    await refusedAs(scene, 'expired_state');
  });

  it('ends with the key that asked for it', async () => {
    const scene = await beginHubspot(engine);
    const walk = await walkToConsent(scene);
    const back = await answerConsent(scene, walk);
    await engine.app.apiKeys.revoke(scene.keyId, { actor: 'test' });
    expect(await walk.browser.get(back)).toMatchObject({ status: 403 });
    await refusedAs(scene, 'key_revoked');
  });

  it('is judged by what the person may do now, whatever their key was given', async () => {
    const scene = await beginHubspot(engine);
    const walk = await walkToConsent(scene);
    const back = await answerConsent(scene, walk);
    await engine.app.users.update(scene.company.admin.id, { role: 'viewer' }, { actor: 'test' });
    expect(await walk.browser.get(back)).toMatchObject({ status: 403 });
    await refusedAs(scene, 'key_revoked');
  });

  it('that comes second says that it was not taken', async () => {
    const scene = await beginHubspot(engine);
    const [first, second] = [await walkToConsent(scene), await walkToConsent(scene)];
    const late = await answerConsent(scene, second);
    expect((await first.browser.get(await answerConsent(scene, first))).status).toBe(200);
    const [token] = await engine.app.tokens.held(scene.connectionId);
    const told = await second.browser.get(late);
    expect(told).toMatchObject({ status: 409, text: expect.stringContaining('what you agreed to now was not taken') });
    expect(told.text).not.toContain('is connected');
    expect(await audited(scene.company.companyId, 'consent.answer')).toEqual([{ outcome: 'refused', reason: 'already' }]);
    expect(await engine.app.tokens.held(scene.connectionId)).toMatchObject([{ tokenId: token!.tokenId, values: token!.values }]);
  });

  it('that comes after the launch says so too', async () => {
    const scene = await beginHubspot(engine);
    const walk = await walkToConsent(scene);
    const back = await answerConsent(scene, walk);
    await engine.app.connections.setState(scene.connectionId, 'active', 'Launched.', 'test');
    expect(await walk.browser.get(back)).toMatchObject({ status: 409, text: expect.stringContaining('was not taken') });
    await refusedAs(scene, 'already');
  });

  it.each([
    ['made up', 'a'.repeat(43)],
    ['malformed', 'x'],
    ['missing', ''],
  ])(
    'with a state that is %s is refused, counted and logged, and writes no row that a stranger could ask for',
    async (_, state) => {
      const counted = async () =>
        Number(/^linkwright_consent_answers_unknown_total (\d+)$/m.exec(await (await fetch(`${engine.url}/metrics`)).text())![1]);
      const before = await counted();
      engine.logLines.length = 0;
      const told = await openBrowser().get(`${engine.url}/oauth/callback?code=abc&state=${state}`);
      expect(told).toMatchObject({ status: 400, text: expect.stringContaining('Nobody asked for this consent') });
      expect(await counted()).toBe(before + 1);
      const line = await until(
        () => engine.logLines.map((each) => JSON.parse(each)).find(({ outcome }) => outcome === 'unknown_state'),
        Boolean,
      );
      expect(line).toMatchObject({ route: '/oauth/callback', res: { status: 400 } });
      expect((await engine.app.audit.list({ companyId: null, limit: 50 })).items.map(({ action }) => action)).not.toContain(
        'consent.answer',
      );
    },
  );
});

describe('A start link', () => {
  it('is opened once, from our own page, and does nothing by being looked at', async () => {
    const scene = await beginHubspot(engine);
    const { body } = await scene.call('POST', `/connections/${scene.connectionId}/oauth`, {});
    const browser = openBrowser();
    for (const _ of [1, 2]) expect((await browser.get(body.url)).status).toBe(200);
    expect((await browser.post(body.url, 'https://evil.test/')).status).toBe(410);
    const opened = await browser.post(body.url);
    expect(opened.status).toBe(303);
    expect(new URL(opened.location).searchParams.get('code_challenge_method')).toBe('S256');
    expect((await browser.post(body.url)).status).toBe(410);
    expect((await browser.get(body.url)).status).toBe(410);
    expect((await browser.get(`${engine.url}/oauth/start/${'b'.repeat(43)}`)).status).toBe(410);
  });

  it('lets no other page frame it or take its form elsewhere', async () => {
    const scene = await beginHubspot(engine);
    const { body } = await scene.call('POST', `/connections/${scene.connectionId}/oauth`, {});
    const { headers } = await openBrowser().get(body.url);
    expect(headers.get('content-security-policy')).toBe(
      `default-src 'none'; form-action 'self' ${engine.sandbox.url}; frame-ancestors 'none'; base-uri 'none'`,
    );
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('is not given for a provider that takes no consent', async () => {
    const scene = await beginHubspot(engine);
    const { body } = await scene.call('POST', `/companies/${scene.company.companyId}/connections`, {
      providerKey: 'twilio',
      purpose: 'texts',
      label: 'Texts',
      reason: 'Reminders',
    });
    const refused = await scene.call('POST', `/connections/${body.id}/oauth`, {});
    expect(refused).toMatchObject({ status: 409, body: { error: { message: expect.stringContaining('takes no consent') } } });
  });

  it('takes no consent as credentials that were entered', async () => {
    const scene = await beginHubspot(engine);
    const entered = await scene.call('POST', `/connections/${scene.connectionId}/onboarding/access`, {
      credentials: { kind: 'oauth2', values: { accessToken: 'x' } },
    });
    expect(entered).toMatchObject({ status: 400, body: { error: { issues: [{ path: 'credentials.kind' }] } } });
  });
});
