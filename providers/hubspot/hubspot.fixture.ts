/** An account in the sandbox, the platform's app, and a person who answers the consent page. */
import { randomInt } from 'node:crypto';
import type { ConsentAuth } from '../contract.ts';
import type { ProviderFixture } from '../contract.suite.ts';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import { hubspot } from './index.ts';

export const client = { clientId: 'b1c2d3e4-0000-4000-8000-linkwright', clientSecret: 'canary-client-secret-4c1e' };
export const redirectUri = 'https://hooks.example.com/oauth/callback';
const [{ scopes: consentScopes }] = hubspot.auth as [ConsentAuth];
const seeded = 40;
const privateToken = 'pat-na1-canary-private-token-7788';

export async function setUpHubspot(): Promise<ProviderFixture> {
  const sandbox = await startSandbox();
  await sandbox.control('hubspot', 'createApp', { ...client, redirectUris: [redirectUri] });
  const { portalId } = await sandbox.control('hubspot', 'createPortal', { privateToken });
  const { accessToken } = await sandbox.control('hubspot', 'createGrant', {
    clientId: client.clientId,
    portalId,
    scopes: consentScopes,
  });
  await sandbox.control('hubspot', 'createContacts', { portalId, count: seeded, days: 20 });
  await sandbox.control('hubspot', 'createDeals', { portalId, count: seeded, days: 20 });
  return {
    baseUrl: `${sandbox.url}/hubspot`,
    close: sandbox.close,
    control: (verb, input) => sandbox.control('hubspot', verb, input),
    credentials: {
      oauth2: { accepted: { accessToken }, refused: { accessToken: 'canary-wrong-access-token-19' } },
      api_key: { accepted: { accessToken: privateToken }, refused: { accessToken: 'pat-na1-canary-wrong-token-20' } },
    },
    settings: {},
    records: { deals: seeded, contacts: seeded },
    changing: { deals: changing(sandbox, 'deals', portalId), contacts: changing(sandbox, 'contacts', portalId) },
    unknownIds: { deals: '999999999', contacts: '999999999' },
    oauth: { client, redirectUri, answer },
  };
}

/** One to three things that people do at once: some in the same millisecond, some in one that was read a moment ago. */
export function changing(sandbox: RunningSandbox, object: 'deals' | 'contacts', portalId: number) {
  const Name = object === 'deals' ? 'Deal' : 'Contact';
  const truth = () => sandbox.control<Record<string, string>>('hubspot', 'modified', { portalId, object });
  const any = <T>(list: T[]) => list[randomInt(list.length)]!;
  const act = async () => {
    const known = await truth();
    const ids = Object.keys(known).map(Number);
    const control = (verb: string, input: object = {}) => sandbox.control('hubspot', verb + Name, { portalId, ...input });
    // Most changes are changes; the rest comes and goes.
    const kind = any(['update', 'update', 'update', 'create', 'delete', 'merge'] as const);
    if (kind === 'create') return control('create', { properties: firstProperties[object] });
    if (kind === 'delete') return control('delete', { id: any(ids) });
    const [primaryId, mergedId] = [ids.at(0)!, ids.at(-1)!];
    if (kind === 'merge') return sandbox.control('hubspot', `merge${Name}s`, { portalId, primaryId, mergedId });
    return control('update', {
      id: any(ids),
      properties: { [object === 'deals' ? 'dealname' : 'lastname']: `Changed ${randomInt(1e6)}` },
    });
  };
  const change = async () => {
    for (let left = randomInt(1, 4); left > 0; left -= 1) await act();
  };
  return { truth, change };
}

const firstProperties = {
  deals: { dealname: 'New deal', dealstage: 'appointmentscheduled', pipeline: 'default' },
  contacts: { firstname: 'New', lastname: 'Contact' },
};

/** Opens the page, follows the link of the answer, and stops where HubSpot sends the person back. */
async function answer(pageUrl: string, given: 'agree' | 'decline'): Promise<URL> {
  const page = await (await fetch(pageUrl)).text();
  const links = [...page.matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)];
  const link = links.find(([, , words]) => words!.startsWith(given === 'agree' ? 'Connect app' : 'Cancel'));
  if (!link) throw new Error(`The page has no such link: ${page}`);
  const target = link[1]!.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const answered = await fetch(new URL(target, pageUrl), { redirect: 'manual' });
  return new URL(answered.headers.get('location')!);
}
