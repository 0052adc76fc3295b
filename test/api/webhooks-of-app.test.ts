import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { by, company } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const publicUrl = 'https://hooks.example.com';
const clientSecret = 'secret-of-the-platforms-app';
const entered = 'secret-of-a-private-app';
let api: Api;
let companyId: string;
let otherId: string;
let portalId: number;

beforeAll(async () => {
  api = await startApi({ publicUrl, keepTargetsMs: 0, oauthClients: { hubspot: { clientSecret } } });
  ({ id: companyId } = await company(api, 'Ours'));
  ({ id: otherId } = await company(api, 'Theirs'));
  portalId = 20_000_000;
});
beforeEach(() => {
  portalId += 1;
});
afterAll(() => api.close());

interface Account {
  portal?: number;
  kind?: string;
  values?: Record<string, string>;
}

async function connect(
  owner: string,
  { portal = portalId, kind = 'oauth2', values = { accessToken: 'CL-token' } }: Account = {},
): Promise<string> {
  const { id } = await api.stores.connections.create(
    {
      companyId: owner,
      providerKey: 'hubspot',
      purpose: 'deals',
      label: 'HubSpot',
      ownerUserId: null,
      reason: 'Test',
      settings: {},
    },
    by,
  );
  const { tokenId } = await api.stores.credentials.stage({ connectionId: id, companyId: owner, kind, values }, by);
  await api.stores.credentials.activate(tokenId);
  await api.stores.accounts.save(id, {
    account: { externalId: String(portal), name: `HubSpot account ${portal}`, status: 'STANDARD' },
    reaches: [],
  });
  await api.stores.connections.setState(id, 'active', 'Test.', 'test');
  return id;
}

const event = (over: Record<string, unknown> = {}) => ({
  eventId: 1,
  subscriptionId: 25,
  portalId,
  occurredAt: 1_767_600_000_000,
  subscriptionType: 'deal.propertyChange',
  objectId: 201,
  ...over,
});

/** As HubSpot signs: method, public address, raw body and time. */
function send(events: unknown, { path = '/webhooks/hubspot', secret = clientSecret, atMs = Date.now() } = {}) {
  const body = JSON.stringify(events);
  const text = `POST${publicUrl}${path}${body}${atMs}`;
  const headers = {
    'content-type': 'application/json',
    'x-hubspot-signature-v3': createHmac('sha256', secret).update(text).digest('base64'),
    'x-hubspot-request-timestamp': String(atMs),
  };
  return api.call('POST', path, { body, headers });
}

const eventsOf = async (connectionId: string) =>
  (await api.traffic.events.nextBatch(connectionId, 100)).map(({ data }) => data['eventId']);
const metric = async (line: string) => {
  const { text } = await api.call('GET', '/metrics');
  return Number(
    text
      .split('\n')
      .find((each) => each.startsWith(line))
      ?.split(' ')
      .at(-1) ?? 0,
  );
};

describe('Webhooks of the platform’s app', () => {
  it('are stored with each connection of their account, and answered after that', async () => {
    const [ours, alsoOurs] = [await connect(companyId), await connect(companyId)];
    const theirs = await connect(otherId, { portal: portalId + 500 });
    const answer = await send([
      event({ eventId: 1 }),
      event({ eventId: 2, portalId: portalId + 500 }),
      event({ eventId: 3, subscriptionType: 'contact.creation' }),
    ]);
    expect(answer.status).toBe(200);
    expect([await eventsOf(ours), await eventsOf(alsoOurs), await eventsOf(theirs)]).toEqual([[1, 3], [1, 3], [2]]);
  });

  it('that come again are counted as duplicates', async () => {
    const id = await connect(companyId);
    for (const attemptNumber of [0, 1]) expect((await send([event({ attemptNumber })])).status).toBe(200);
    expect((await api.traffic.events.list({ connectionId: id, limit: 10 })).items).toMatchObject([{ duplicates: 1 }]);
  });

  it('of an account that nobody here has are answered 200, counted and kept nowhere', async () => {
    const id = await connect(companyId);
    const unknown = () => metric('linkwright_events_unknown_account_total{provider="hubspot"}');
    const before = await unknown();
    expect((await send([event({ portalId: 7 }), event({ portalId: 8 })])).status).toBe(200);
    expect(await unknown()).toBe(before + 2);
    expect(await metric('linkwright_webhooks_total{provider="hubspot",outcome="unknown_account"}')).toBeGreaterThan(0);
    expect(await eventsOf(id)).toEqual([]);
  });

  it('are not kept for a connection once it is disconnected', async () => {
    const [gone, other] = [await connect(companyId), await connect(companyId)];
    await api.stores.connections.setState(gone, 'disconnected', 'Test.', 'test');
    expect((await send([event()])).status).toBe(200);
    expect([await eventsOf(gone), await eventsOf(other)]).toEqual([[], [1]]);
  });

  it.each([
    ['signed with another secret', 'signature_unknown', () => send([event()], { secret: 'another-secret' })],
    ['signed six minutes ago', 'signature_expired', () => send([event()], { atMs: Date.now() - 360_000 })],
    ['not signed', 'signature_missing', () => api.call('POST', '/webhooks/hubspot', { body: [event()] })],
  ])('are answered 401 and not stored when they are %s', async (_, code, request) => {
    const id = await connect(companyId);
    expect(await request()).toMatchObject({ status: 401, body: { error: { code } } });
    expect(await eventsOf(id)).toEqual([]);
  });

  it.each([
    ['is not a list of events', {}],
    ['nests too deep', Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], [])],
  ])('are answered 400 when what is signed %s', async (_, body) => {
    expect((await send(body)).status).toBe(400);
  });

  it('are an address of those providers alone that send so', async () => {
    for (const provider of ['twilio', 'nobody', 'toString'])
      expect((await api.call('POST', `/webhooks/${provider}`, { body: {} })).status).toBe(404);
  });

  it('without a client of the platform are answered 401', async () => {
    const without = await startApi({ publicUrl });
    try {
      const answer = await without.call('POST', '/webhooks/hubspot', {
        body: '[]',
        headers: {
          'content-type': 'application/json',
          'x-hubspot-signature-v3': createHmac('sha256', 'undefined').update('x').digest('base64'),
          'x-hubspot-request-timestamp': String(Date.now()),
        },
      });
      expect(answer.status).toBe(401);
    } finally {
      await without.close();
    }
  });
});

describe('A HubSpot connection’s own address', () => {
  it('takes what the platform’s app signed when the account was consented to, and only its own account’s events', async () => {
    const id = await connect(companyId);
    const path = `/webhooks/hubspot/${id}`;
    expect((await send([event({ eventId: 1 }), event({ eventId: 2, portalId: 7 })], { path })).status).toBe(200);
    expect(await eventsOf(id)).toEqual([1]);
  });

  it('takes what a private app signed with the secret that was entered, and not what the platform’s app did', async () => {
    const id = await connect(companyId, { kind: 'api_key', values: { accessToken: 'pat-na1', clientSecret: entered } });
    const path = `/webhooks/hubspot/${id}`;
    expect((await send([event()], { path, secret: entered })).status).toBe(200);
    expect((await send([event({ eventId: 2 })], { path })).status).toBe(401);
    expect(await eventsOf(id)).toEqual([1]);
  });

  it('of a private app without a secret takes nothing', async () => {
    const id = await connect(companyId, { kind: 'api_key', values: { accessToken: 'pat-na1' } });
    expect((await send([event()], { path: `/webhooks/hubspot/${id}` })).status).toBe(401);
  });
});
