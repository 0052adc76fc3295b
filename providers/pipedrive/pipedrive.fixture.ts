/** A company in the sandbox, the platform's app, and a person who answers the consent page. */
import type { InboundRequest } from '../contract.ts';
import type { ProviderFixture } from '../contract.suite.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { basicHeader } from './sandbox-webhooks.ts';

export const client = { clientId: 'b4d083d9216986345b32', clientSecret: 'canary-client-secret-8d2a' };
export const redirectUri = 'https://hooks.example.com/oauth/callback';
export const apiToken = 'canary-api-token-3b51c09e';
export const webhookLogin = { webhookUser: 'canary-hook-user', webhookPassword: 'canary-hook-password-91' };

const [dealCount, personCount] = [40, 30];

export async function setUpPipedrive(): Promise<ProviderFixture> {
  const sandbox = await startSandbox();
  const control = <T = any>(verb: string, input: Record<string, unknown> = {}): Promise<T> =>
    sandbox.control<T>('pipedrive', verb, input);
  await control('createApp', { ...client, redirectUris: [redirectUri] });
  const { companyId } = await control('createCompany', { apiToken, name: 'Bright Harbor Plumbing', domain: 'bright-harbor' });
  await control('createPersons', { companyId, count: personCount });
  await control('createDeals', { companyId, count: dealCount });
  await control('winDeal', { companyId, dealId: 3 });
  await control('loseDeal', { companyId, dealId: 4 });
  const { accessToken, instanceUrl } = await control('createGrant', { clientId: client.clientId, companyId });
  return {
    baseUrl: `${sandbox.url}/pipedrive`,
    close: sandbox.close,
    control,
    credentials: {
      api_key: {
        accepted: { apiToken, ...webhookLogin },
        refused: {
          apiToken: 'canary-wrong-token-77ab',
          webhookUser: 'canary-other-user',
          webhookPassword: 'canary-other-password',
        },
      },
      oauth2: { accepted: { accessToken, instanceUrl }, refused: { accessToken: 'canary-wrong-access-token-19', instanceUrl } },
    },
    settings: {},
    records: { deals: dealCount, contacts: personCount },
    changing: changing(control, companyId),
    owner: {
      externalId: '7777',
      join: () => control('createUser', { companyId, id: 7_777, name: 'Kim Park' }),
      leave: () => control('deactivateUser', { companyId, id: 7_777 }),
    },
    writes: {
      deals: {
        create: async () => String((await control('createDeals', { companyId, count: 1 })).dealIds[0]),
        values: { title: 'New roof', stage: 'won', amount: '4321.5', currency: 'USD', expectedCloseOn: null },
        refused: { stage: '99999' },
      },
    },
    unknownIds: { deals: '987654321', contacts: '987654321' },
    webhook: {
      signatureHeader: 'authorization',
      requests: [
        webhookOf({ id: 'aaaaaaaa-0000-4000-8000-000000000001', action: 'create', entity_id: '3' }),
        webhookOf({ id: 'aaaaaaaa-0000-4000-8000-000000000002', action: 'change', entity_id: '3' }),
        webhookOf({ id: 'aaaaaaaa-0000-4000-8000-000000000003', action: 'delete', entity: 'person', entity_id: 9 }),
      ],
      foreign: webhookOf({ id: 'aaaaaaaa-0000-4000-8000-000000000004' }, basicHeader('canary-hook-user', 'another-password')),
    },
    oauth: { client, redirectUri, answer },
  };
}

/** What may happen at any moment, each time to another deal. */
function changing(control: (verb: string, input: Record<string, unknown>) => Promise<any>, companyId: number) {
  let turn = 0;
  const verbs = ['updateDeal', 'winDeal', 'reopenDeal', 'archiveDeal', 'updateDeal', 'loseDeal'];
  const truth = (key: 'deals' | 'persons') => async () => (await control('truth', { companyId }))[key] as Record<string, string>;
  return {
    deals: {
      async change() {
        turn += 1;
        // Behind, at and before where the reader is.
        for (const dealId of [1 + ((turn * 7) % dealCount), 1 + ((turn * 13) % dealCount), dealCount])
          await control(verbs[(turn + dealId) % verbs.length]!, { companyId, dealId });
        if (turn % 10 === 0) await control('deleteDeal', { companyId, dealId: 4 + turn / 10 });
        if (turn % 5 === 0) await control('createDeals', { companyId, count: 1, overS: 0 });
      },
      truth: truth('deals'),
    },
    contacts: {
      async change() {
        turn += 1;
        await control('updatePerson', { companyId, personId: 1 + ((turn * 11) % personCount), name: `Renamed ${turn}` });
        if (turn % 5 === 0) await control('createPersons', { companyId, count: 1, overS: 0 });
      },
      truth: truth('persons'),
    },
  };
}

export function webhookOf(
  meta: Record<string, unknown>,
  authorization = basicHeader(webhookLogin.webhookUser, webhookLogin.webhookPassword),
): InboundRequest {
  const usual = {
    action: 'change',
    entity: 'deal',
    entity_id: '1',
    version: '2.0',
    attempt: 1,
    timestamp: '2026-01-02T03:04:05.000Z',
  };
  return {
    method: 'POST',
    url: 'https://hooks.example.com/webhooks/pipedrive/conn_1',
    headers: { 'content-type': 'application/json', authorization },
    body: Buffer.from(JSON.stringify({ meta: { ...usual, ...meta }, data: { id: 1 }, previous: null })),
  };
}

/** Opens the page, follows the link of the answer, and stops where Pipedrive sends the person back. */
async function answer(pageUrl: string, given: 'agree' | 'decline'): Promise<URL> {
  const page = await (await fetch(pageUrl)).text();
  const links = [...page.matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)];
  const link = links.find(([, , words]) => words!.startsWith(given === 'agree' ? 'Allow and install' : 'Cancel'));
  if (!link) throw new Error(`The page has no such link: ${page}`);
  const target = link[1]!.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const answered = await fetch(new URL(target, pageUrl), { redirect: 'manual' });
  return new URL(answered.headers.get('location')!);
}
