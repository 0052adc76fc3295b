/** An account in the sandbox, the platform's app, and a person who answers the consent page. */
import { randomInt } from 'node:crypto';
import type { ConsentAuth, InboundRequest } from '../contract.ts';
import type { ProviderFixture } from '../contract.suite.ts';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import { hubspot } from './index.ts';
import { signedHeaders } from './sandbox-webhooks.ts';

export const client = { clientId: 'b1c2d3e4-0000-4000-8000-linkwright', clientSecret: 'canary-client-secret-4c1e' };
export const redirectUri = 'https://hooks.example.com/oauth/callback';
const { clientSecret } = client;
export const webhookUrl = 'https://hooks.example.com/webhooks/hubspot?tenant=a%2Fb%20c';

/** https://developers.hubspot.com/docs/api-reference/2026-03/webhooks/guide */
export function event(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    eventId: 3816279340,
    subscriptionId: 25,
    portalId: 20_123_456,
    appId: 1_160_452,
    occurredAt: 1_767_600_000_000,
    subscriptionType: 'deal.propertyChange',
    attemptNumber: 0,
    objectId: 201,
    changeSource: 'CRM_UI',
    propertyName: 'dealstage',
    propertyValue: 'contractsent',
    ...over,
  };
}

export function signed(
  events: unknown,
  { secret = clientSecret, url = webhookUrl, atMs = Date.now(), body = JSON.stringify(events) } = {},
): InboundRequest {
  return { method: 'POST', url, headers: signedHeaders(secret, { url, body, atMs }), body: Buffer.from(body) };
}

/** The same JSON, written by another hand. */
function rewrite(original: InboundRequest): InboundRequest {
  return { ...original, body: Buffer.from(JSON.stringify(JSON.parse(original.body.toString()), null, 1)) };
}

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
      oauth2: { accepted: { accessToken, clientSecret }, refused: { accessToken: 'canary-wrong-access-token-19', clientSecret } },
      api_key: {
        accepted: { accessToken: privateToken, clientSecret: 'canary-private-client-secret-21' },
        refused: { accessToken: 'pat-na1-canary-wrong-token-20', clientSecret: 'canary-private-client-secret-22' },
      },
    },
    settings: {},
    records: { deals: seeded, contacts: seeded },
    changing: { deals: changing(sandbox, 'deals', portalId), contacts: changing(sandbox, 'contacts', portalId) },
    owner: {
      externalId: '41629999',
      join: () => sandbox.control('hubspot', 'createOwner', { portalId, id: '41629999', firstName: 'Kim', lastName: 'Park' }),
      leave: () => sandbox.control('hubspot', 'archiveOwner', { portalId, id: '41629999' }),
    },
    writes: {
      deals: {
        create: async () => String((await sandbox.control('hubspot', 'createDeal', { portalId, properties: ownedDeal })).id),
        values: {
          title: 'New roof',
          stage: '98002',
          amount: '4321.5',
          currency: 'EUR',
          expectedCloseOn: '2027-03-01',
          ownerExternalId: null,
        },
        refused: { stage: 'nowhere' },
      },
    },
    unknownIds: { deals: '999999999', contacts: '999999999' },
    webhook: {
      signatureHeader: 'x-hubspot-signature-v3',
      requests: [
        signed([event({ eventId: 1 }), event({ eventId: 2, subscriptionType: 'deal.deletion' })]),
        signed([event({ eventId: 3, subscriptionType: 'contact.privacyDeletion', objectId: 301 })]),
        signed([
          event({
            eventId: 4,
            subscriptionType: 'deal.merge',
            objectId: 403,
            primaryObjectId: 401,
            mergedObjectIds: [402],
            newObjectId: 403,
          }),
        ]),
      ],
      foreign: signed([event()], { secret: 'another-secret' }),
      rewritten: rewrite(signed([event()])),
    },
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

const ownedDeal = { dealname: 'Roof', dealstage: 'appointmentscheduled', pipeline: 'default', hubspot_owner_id: '41629779' };
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
