/** HubSpot connections over the API, with a person who consents in a browser. */
import type { Provider } from '../../providers/contract.ts';
import { twilio } from '../../providers/twilio/index.ts';
import { openBrowser, linkOf, type Browser, type Seen } from './browser.ts';
import { createPortal, type PortalOptions } from './hubspot-account.ts';
import { baselineWords, createCompany, quickPolicy, type Company, type Stage } from './scene.ts';
import { strictOr } from './strict-hubspot.ts';
import { until } from './until.ts';

export interface HubspotScene {
  company: Company;
  /** A company admin's API key, and its id. */
  key: string;
  keyId: string;
  connectionId: string;
  portalId: number;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any }>;
}

/** A company with an admin's key and a HubSpot connection whose onboarding has begun. */
export async function beginHubspot(engine: Stage & { url: string }, portal: PortalOptions = {}): Promise<HubspotScene> {
  const company = await createCompany(engine);
  const { companyId, admin } = company;
  const made = await engine.app.apiKeys.create(
    { companyId, role: 'company_admin', label: 'Admin', userId: admin.id },
    { actor: 'test' },
  );
  engine.canaries.add(made.key);
  const call: HubspotScene['call'] = async (method, path, body) => {
    const answer = await fetch(`${engine.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${made.key}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const { portalId } = await createPortal(engine, portal);
  const { body } = await call('POST', `/companies/${companyId}/connections`, {
    providerKey: 'hubspot',
    purpose: 'deals',
    label: 'HubSpot of Sample Plumbing',
    reason: 'Deals and their stages',
    ownerUserId: company.owner.id,
  });
  const policy = { ...quickPolicy, cadenceS: { deals: 2_592_000, contacts: 2_592_000 } };
  await engine.app.connections.saveSettings(body.id, { policy }, { actor: 'test' });
  return { company, key: made.key, keyId: made.id, connectionId: body.id, portalId, call };
}

/** Asks for a consent and walks to HubSpot's page in `browser`; answers the page's address and text. */
export async function walkToConsent(
  { call, connectionId }: HubspotScene,
  { browser = openBrowser(), ...body }: { browser?: Browser; returnTo?: string } = {},
) {
  const asked = await call('POST', `/connections/${connectionId}/oauth`, body);
  if (asked.status !== 201) throw new Error(`No link was given: ${JSON.stringify(asked)}`);
  const { url } = asked.body as { url: string };
  const start = await browser.get(url);
  const opened = await browser.post(url);
  const page = await browser.get(opened.location);
  return { url, start, opened, pageUrl: opened.location, page, browser };
}

/** Answers HubSpot's page; where HubSpot sends the person then. */
export async function answerConsent(
  { portalId }: HubspotScene,
  { pageUrl, page, browser }: Awaited<ReturnType<typeof walkToConsent>>,
  answer: 'agree' | 'decline' = 'agree',
): Promise<string> {
  const words = answer === 'agree' ? 'Connect app to ' : 'Cancel';
  const text = answer === 'agree' ? onlyPortal(page.text, portalId) : page.text;
  return (await browser.get(linkOf(pageUrl, text, words))).location;
}

/** Other tests' portals are on the same page. */
const onlyPortal = (text: string, portalId: number) =>
  text
    .split('</p>')
    .filter((part) => part.includes(`(${portalId})`))
    .join('</p>');

/** The whole way: asked, opened, agreed, and back; what our page says. */
export async function consent(scene: HubspotScene): Promise<Seen> {
  const walk = await walkToConsent(scene);
  return walk.browser.get(await answerConsent(scene, walk));
}

/** From the confirmed access to the launch. */
export async function launchHubspot({ call, connectionId }: HubspotScene): Promise<void> {
  for (const [step, body] of [['records'], ['mapping'], ['test-run'], ['baseline', baselineWords], ['launch']] as const) {
    const answer = await call('POST', `/connections/${connectionId}/onboarding/${step}`, body ?? {});
    if (answer.body.verdict !== 'accepted') throw new Error(`${step}: ${JSON.stringify(answer)}`);
  }
}

/** Syncs all streams now, and waits until every run has ended. */
export async function syncHubspot({ call, connectionId }: HubspotScene) {
  const { body } = await call('POST', `/connections/${connectionId}/sync`, {});
  const { runs } = body as { runs: { runId: string }[] };
  return Promise.all(
    runs.map(({ runId }) =>
      until(
        async () => (await call('GET', `/runs/${runId}`)).body as { outcome: string | null; code: string | null },
        ({ outcome }) => outcome !== null,
      ),
    ),
  );
}

export const pagesOfRun = 6;

/**
 * HubSpot with a stream, so that a connection of it can be launched: each page is a call with the token, and the records are of a shape
 * that has a mapping already.
 */
export function hubspotWithStream({ rotates }: { rotates: boolean }): Provider {
  const hubspot = strictOr(rotates);
  const { mapping } = twilio.streams['usage']!;
  return {
    ...hubspot,
    streams: {
      usage: {
        object: 'usage',
        label: 'Test pages',
        cadenceS: 3_600,
        mapping,
        async fetchPage(context, { cursor }) {
          const { account } = await hubspot.check(context);
          const page = cursor === null ? 1 : ((JSON.parse(cursor) as { page: number }).page % pagesOfRun) + 1;
          const day = `2026-11-${String(page).padStart(2, '0')}`;
          const record = {
            id: `${account.externalId}:${page}`,
            as_of: `${day}T00:00:00+00:00`,
            category: 'calls',
            start_date: day,
            usage: '1',
            usage_unit: 'calls',
          };
          return { records: [record], cursor: JSON.stringify({ page }), done: page === pagesOfRun };
        },
      },
    },
  };
}
