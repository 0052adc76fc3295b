/** A person lets Linkwright into a HubSpot account: asked for over the API, answered in a browser, and taken back at the provider. */
import { promise, sandboxControl } from './client.ts';
import type { Scene } from './scene.ts';

const portalLabel = 'Demo Plumbing';

export async function consentAtHubspot({ api, companyId, ownerUserId, sandboxUrl, say }: Scene): Promise<void> {
  const hubspot = sandboxControl(sandboxUrl, 'hubspot');
  const { portalId } = await hubspot('createPortal', { label: portalLabel });
  const { id } = await api.call('POST', `/companies/${companyId}/connections`, {
    providerKey: 'hubspot',
    purpose: 'deals',
    label: 'HubSpot',
    reason: 'Deals and their stages.',
    ownerUserId,
  });
  const { url } = await api.call('POST', `/connections/${id}/oauth`, {});

  // What a browser does: our page's button, HubSpot's page, its link, and back with the cookie.
  const opened = await visit(url, { method: 'POST' });
  const cookie = opened.headers.getSetCookie()[0]!.split(';')[0]!;
  const pageUrl = locationOf(opened);
  const page = await (await visit(pageUrl)).text();
  const link = [...page.matchAll(/<a href="([^"]+)">([^<]+)</g)].find(([, , words]) => words!.includes(`(${portalId})`));
  promise(link !== undefined, 'HubSpot’s page offers the account');
  const back = locationOf(await visit(new URL(link[1]!.replaceAll('&#38;', '&'), pageUrl).href));
  const [good, again] = [await visit(back, { headers: { cookie } }), await visit(back, { headers: { cookie } })];
  promise(good.status === 200, `the consent is taken, not answered ${good.status}`);
  promise(again.status === 409, `the same answer again is refused, not answered ${again.status}`);
  const { confirmed } = await api.call('GET', `/connections/${id}/onboarding`);
  say(
    'Consent',
    `HubSpot account ${confirmed[0].summary.accountStatus} connected in a browser; the same answer again is refused`,
  );

  await api.call('POST', `/connections/${id}/onboarding/cancel`, { reason: 'The demonstration ends here.' });
  const grants = (await hubspot('grants', { portalId })) as { state: string }[];
  promise(grants.length === 1 && grants[0]!.state === 'revoked', 'the consent ended at HubSpot');
  say('Consent', 'cancelled: HubSpot was told to end it, and no token is left');
}

const visit = (url: string, init: RequestInit = {}) => fetch(url, { ...init, redirect: 'manual' });

function locationOf(answer: Response): string {
  const location = answer.headers.get('location');
  promise(location !== null, `a page leads on (it answered ${answer.status})`);
  return location;
}
