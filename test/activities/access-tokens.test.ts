import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { exportPKCS8, generateKeyPair } from 'jose';
import { z } from 'zod';
import { goodCredentials } from '../../activities/access-tokens.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { createActivities } from '../../activities/index.ts';
import type { Provider, RenewedAuth } from '../../providers/contract.ts';
import { createProviderHttp } from '../../providers/http.ts';
import { hubspot } from '../../providers/hubspot/index.ts';
import { isConsent } from '../../providers/oauth.ts';
import { circuitsOf } from '../harness/circuits.ts';
import { until } from '../harness/until.ts';
import { connectedCompany, openStores, servers, by, type OpenStores } from '../db/stores.ts';

const consent = hubspot.auth.find(isConsent)!;
const { tokenUrl, scopes, clientAuth, lifetimeS } = consent;
const entered = { credentials: z.any(), secrets: [] };
const rotating = { ...consent, refreshToken: { rotates: true } };
const ofClient: RenewedAuth = {
  kind: 'client_credentials',
  label: 'Client',
  tokenUrl,
  scopes,
  clientAuth,
  lifetimeS,
  ...entered,
};
const ofKey: RenewedAuth = { ...ofClient, ...entered, kind: 'jwt_bearer', algorithm: 'ES256', audience: 'https://vendor.test' };

/** What the far end says next, by turns; the last is said again and again. */
type Answer = {
  status: number;
  body: object;
  headers?: Record<string, string>;
  delayMs?: number;
  held?: Promise<unknown>;
  hangUp?: true;
};
const granted = (access_token: string, more: object = {}): Answer => ({
  status: 200,
  body: { access_token, token_type: 'bearer', expires_in: 1_800, ...more },
});

const quick = { requestMs: 1_500, leaseMs: 3_000, lateMs: 500 };
const patient = { requestMs: 20_000, leaseMs: 40_000, lateMs: 500 };

describe('good credentials', () => {
  let stores: OpenStores;
  let server: Server;
  let baseUrl: string;
  let answers: Answer[];
  let asked: string[];
  let revoked: (string | null)[];
  beforeAll(async () => {
    stores = await openStores(servers[0]!.server);
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const form = new URLSearchParams(body);
        if (request.url?.endsWith('/revoke')) {
          revoked.push(form.get('token'));
          response.writeHead(200).end();
          return;
        }
        const {
          status,
          body: said,
          headers = {},
          delayMs = 0,
          held,
          hangUp,
        } = answers.length > 1 ? answers.shift()! : answers[0]!;
        asked.push(form.get('grant_type') ?? '');
        void Promise.all([held, sleep(delayMs)]).then(() => {
          if (hangUp) request.socket.destroy();
          else response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(said));
        });
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await stores.close();
  });
  beforeEach(() => {
    asked = [];
    revoked = [];
  });

  async function scene(auth: RenewedAuth, values: Record<string, string>, { hasClient = true, renewal = quick } = {}) {
    const { connection } = await connectedCompany(stores.app);
    const owner = { connectionId: connection.id, companyId: connection.companyId };
    const { tokenId } = await stores.app.credentials.stage({ ...owner, kind: auth.kind, values }, by);
    await stores.app.credentials.activate(tokenId);
    await stores.app.connections.setState(connection.id, 'active', 'Launched.', 'test');
    const provider: Provider = { ...hubspot, auth: [auth] };
    const http = createProviderHttp({
      vendorBaseUrl: provider.baseUrl,
      baseUrl,
      hosts: provider.hosts,
      timeoutMs: 5_000,
      log() {},
    });
    const told: string[] = [];
    const deps = {
      app: stores.app,
      getProvider: () => provider,
      httpFor: () => http,
      oauthClient: () => (hasClient ? { clientId: 'id', clientSecret: 'secret' } : null),
      renewal,
      circuits: circuitsOf(stores.app),
      temporal: { credentialsLost: async (_id: string, { reason }: { reason: string }) => void told.push(reason) },
    } as unknown as Parameters<typeof goodCredentials>[0];
    const active = await stores.app.connections.get(connection.id);
    return {
      tokenId,
      owner,
      told,
      get: (rejected?: string) => goodCredentials(deps, active, { connectionId: connection.id }, rejected),
      due: (endsInS: number) =>
        stores.appDb.query(
          `UPDATE integration_tokens SET refresh_at = UTC_TIMESTAMP(3), expires_at = UTC_TIMESTAMP(3) + INTERVAL :endsInS SECOND
           WHERE id = :tokenId`,
          { replacements: { tokenId, endsInS } },
        ),
    };
  }
  const tokens = { accessToken: 'a0', refreshToken: 'r0' };

  it('of a company’s own client are fetched when they are first needed, kept, and fetched anew when they are due', async () => {
    const { get, due } = await scene(ofClient, { clientId: 'c', clientSecret: 's' });
    answers = [granted('a1'), granted('a2')];
    expect([await get(), await get()]).toEqual([{ accessToken: 'a1' }, { accessToken: 'a1' }]);
    await due(0);
    expect(await get()).toEqual({ accessToken: 'a2' });
    expect(asked).toEqual(['client_credentials', 'client_credentials']);
  });

  it('of a company’s own key likewise', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const { get } = await scene(ofKey, { clientId: 'c', subject: 'u', privateKey: await exportPKCS8(privateKey) });
    answers = [granted('a1')];
    expect(await get()).toEqual({ accessToken: 'a1' });
    expect(asked).toEqual(['urn:ietf:params:oauth:grant-type:jwt-bearer']);
  });

  it('are the old ones while the provider cannot give new ones and they last, and it is not asked at every call', async () => {
    const { get, due } = await scene(consent, tokens);
    answers = [granted('a1'), { status: 503, body: {} }];
    await get();
    await due(60);
    expect([await get(), await get()]).toEqual([{ accessToken: 'a1' }, { accessToken: 'a1' }]);
    expect(asked).toHaveLength(2);
    await due(0);
    await expect(get()).rejects.toMatchObject({ type: 'provider_unavailable', nonRetryable: false });
  });

  it('are the old ones for whoever finds another at it, while they last', async () => {
    const { get, due } = await scene(consent, tokens, { renewal: patient });
    const gate = Promise.withResolvers<void>();
    answers = [granted('a1'), { ...granted('a2'), held: gate.promise }];
    await get();
    await due(60);
    const first = get();
    await until(() => asked.length === 2);
    expect(await get()).toEqual({ accessToken: 'a1' });
    gate.resolve();
    expect(await first).toEqual({ accessToken: 'a2' });
    expect(await get()).toEqual({ accessToken: 'a2' });
  });

  it('wait as long as the provider asks for, whoever needs them: nobody asks it before', async () => {
    const { get, tokenId } = await scene(consent, tokens);
    answers = [granted('a1'), { status: 429, body: { error: 'slow_down' }, headers: { 'retry-after': '60' } }, granted('a2')];
    await get();
    // The provider has just refused what is stored, so there is nothing to go on with.
    await expect(get('a1')).rejects.toMatchObject({ type: 'rate_limited', nonRetryable: false, nextRetryDelay: 60_000 });
    await stores.appDb.query('UPDATE integration_tokens SET expires_at = UTC_TIMESTAMP(3) WHERE id = :tokenId', {
      replacements: { tokenId },
    });
    for (const rejected of ['a1', undefined]) {
      const error = (await get(rejected).catch((thrown: unknown) => thrown)) as { nextRetryDelay: number };
      expect(error).toMatchObject({
        type: 'provider_unavailable',
        nonRetryable: false,
        message: expect.stringContaining('asked for a pause'),
      });
      expect(error.nextRetryDelay).toBeGreaterThan(30_000);
      expect(error.nextRetryDelay).toBeLessThanOrEqual(60_000);
    }
    expect(asked).toHaveLength(2);
    await stores.appDb.query('UPDATE integration_tokens SET lease_until = UTC_TIMESTAMP(3) WHERE id = :tokenId', {
      replacements: { tokenId },
    });
    expect(await get()).toEqual({ accessToken: 'a2' });
  });

  describe('that came when there was no place for them any more', () => {
    /** The answer comes when `meanwhile` is done. */
    async function answeredAfter(get: () => Promise<unknown>, meanwhile: () => Promise<unknown>, more: object = {}) {
      let done = () => {};
      const held = new Promise<void>((resolve) => (done = resolve));
      answers = [{ ...granted('a1', more), held }, granted('b1', { refresh_token: 's1' })];
      const outcome = get().catch((error: unknown) => error);
      await until(() => asked.length === 1);
      await meanwhile();
      done();
      return outcome;
    }
    const newOne = { refresh_token: 'r1' };
    const gone = { type: 'credentials_rejected', message: expect.stringContaining('no credentials') };
    const revocations = async (companyId: string) =>
      (await stores.app.audit.list({ companyId, limit: 50 })).items
        .filter(({ action }) => action === 'credentials.revoke')
        .map(({ actor, subject, outcome }) => ({ actor, subject, outcome }));

    async function replace({ owner }: { owner: { connectionId: string; companyId: string } }) {
      const values = { accessToken: 'b0', refreshToken: 's0' };
      const { tokenId } = await stores.app.credentials.stage({ ...owner, kind: consent.kind, values }, by);
      await stores.app.credentials.activate(tokenId);
    }
    const begin = (auth: RenewedAuth) => scene(auth, tokens, { renewal: patient });

    it('are ended at the provider when their credentials were withdrawn meanwhile', async () => {
      const { get, tokenId, owner } = await begin(rotating);
      const forget = () => stores.app.credentials.forget(owner.connectionId, by);
      expect(await answeredAfter(get, forget, newOne)).toMatchObject(gone);
      expect(revoked).toEqual(['r1']);
      expect(await revocations(owner.companyId)).toEqual([{ actor: 'engine', subject: tokenId, outcome: 'done' }]);
    });

    it('are ended when others came into force meanwhile, which stay', async () => {
      const { get, tokenId, owner } = await begin(rotating);
      expect(await answeredAfter(get, () => replace({ owner }), newOne)).toEqual({ accessToken: 'b1' });
      expect(revoked).toEqual(['r1']);
      expect(await revocations(owner.companyId)).toEqual([{ actor: 'engine', subject: tokenId, outcome: 'done' }]);
    });

    it('are left alone where ending one would end all that the person granted', async () => {
      const { get, owner } = await begin({ ...rotating, revoke: { ...consent.revoke!, ends: 'grant' } });
      expect(await answeredAfter(get, () => replace({ owner }), newOne)).toEqual({ accessToken: 'b1' });
      expect(revoked).toEqual([]);
    });

    it('are left alone when no new refresh token came: whoever withdrew it has ended it', async () => {
      const { get, owner } = await begin(consent);
      expect(await answeredAfter(get, () => stores.app.credentials.forget(owner.connectionId, by))).toMatchObject(gone);
      expect(revoked).toEqual([]);
    });

    it('are left alone while another process renews the same ones', async () => {
      const { get, tokenId } = await begin(rotating);
      const takeOver = () =>
        stores.appDb.query('UPDATE integration_tokens SET fencing = fencing + 1, lease_until = NULL WHERE id = :tokenId', {
          replacements: { tokenId },
        });
      await answeredAfter(get, takeOver, newOne);
      expect(revoked).toEqual([]);
    });
  });

  it('are not begun with a lease that a request may outlive', () => {
    const deps = { renewal: { requestMs: 2_000, leaseMs: 2_000, lateMs: 500 } } as unknown as ActivityDeps;
    expect(() => createActivities(deps)).toThrow('make renewal.leaseMs the longer one');
  });

  it('are lost when the provider says so, and it is never asked again', async () => {
    const { get, told, tokenId } = await scene(consent, tokens);
    answers = [{ status: 400, body: { error: 'invalid_grant' } }];
    const sentence = 'HubSpot no longer accepts the access that was given: reauthorize the connection.';
    for (const _ of [1, 2]) await expect(get()).rejects.toMatchObject({ type: 'credentials_rejected', message: sentence });
    expect(asked).toHaveLength(1);
    expect(told).toEqual([sentence, sentence]);
    expect(await stores.app.tokens.read({ tokenId })).toMatchObject({ lostReason: sentence });
  });

  it.each([
    ['no answer', { status: 200, body: {}, delayMs: 3_000 }],
    ['a connection that broke', { status: 200, body: {}, hangUp: true as const }],
    ['an answer that cannot be read', { status: 200, body: { hello: 'you' } }],
  ])('are lost after %s, where refresh tokens rotate', async (_, answer) => {
    const { get } = await scene(rotating, tokens);
    answers = [answer, granted('never asked for')];
    const lost = { type: 'credentials_rejected', message: expect.stringContaining('the answer was lost') };
    await expect(get()).rejects.toMatchObject(lost);
    await expect(get()).rejects.toMatchObject(lost);
    expect(asked).toHaveLength(1);
  });

  it('are asked for again after a lost answer, where the vendor takes the old refresh token for a while', async () => {
    const { get } = await scene({ ...consent, refreshToken: { rotates: true, graceS: 1_800 } }, tokens);
    answers = [{ status: 200, body: {}, hangUp: true }, granted('a1', { refresh_token: 'r1' })];
    expect(await get()).toEqual({ accessToken: 'a1' });
    expect(asked).toHaveLength(2);
  });

  it('that hardly live are used all the same, and asked for once for each call', async () => {
    const { get } = await scene(consent, tokens);
    answers = [granted('a1', { expires_in: 1 }), granted('a2', { expires_in: 1 })];
    expect([await get(), await get()]).toEqual([{ accessToken: 'a1' }, { accessToken: 'a2' }]);
    expect(asked).toHaveLength(2);
  });

  it('keep the refresh token that came, or else the one that was there', async () => {
    const { get, due, tokenId } = await scene(consent, tokens);
    answers = [granted('a1'), granted('a2', { refresh_token: 'r2' })];
    await get();
    expect(await stores.app.tokens.read({ tokenId })).toMatchObject({ values: { accessToken: 'a1', refreshToken: 'r0' } });
    await due(0);
    await get();
    expect(await stores.app.tokens.read({ tokenId })).toMatchObject({ values: { accessToken: 'a2', refreshToken: 'r2' } });
  });

  it('come with the place where the account lives, which outlasts refreshes and follows when it moves', async () => {
    const instance = { field: 'instance_url', hosts: ['*.vendor.test'] };
    const [one, two] = ['https://one.vendor.test', 'https://two.vendor.test'];
    const code = { code: 'c', codeVerifier: 'v'.repeat(43), redirectUri: 'https://us.test/back' };
    const { get, due } = await scene({ ...rotating, instance }, code);
    answers = [
      granted('a1', { refresh_token: 'r1', instance_url: one }),
      granted('a2', { refresh_token: 'r2' }),
      granted('a3', { refresh_token: 'r3', instance_url: two }),
    ];
    const got = [];
    for (let round = 0; round < 3; round += 1) {
      got.push(await get(), await get());
      await due(0);
    }
    const [a1, a2, a3] = [
      { accessToken: 'a1', instanceUrl: one },
      { accessToken: 'a2', instanceUrl: one },
      { accessToken: 'a3', instanceUrl: two },
    ];
    expect(got).toEqual([a1, a1, a2, a2, a3, a3]);
  });

  it('are not used when the account lives where the vendor does not', async () => {
    const instance = { field: 'instance_url', hosts: ['*.vendor.test'] };
    const code = { code: 'c', codeVerifier: 'v'.repeat(43), redirectUri: 'https://us.test/back' };
    const { get, told } = await scene({ ...consent, instance }, code);
    answers = [granted('a1', { refresh_token: 'r1', instance_url: 'https://evil.test' })];
    await expect(get()).rejects.toMatchObject({ type: 'credentials_rejected', message: expect.stringContaining('address') });
    expect(asked).toEqual(['authorization_code']);
    expect(told).toEqual([expect.stringContaining('does not know as HubSpot’s')]);
  });

  it('say what whoever runs the platform must set, and lose nothing by it', async () => {
    const { get, tokenId } = await scene(consent, tokens, { hasClient: false });
    await expect(get()).rejects.toMatchObject({
      type: 'configuration_invalid',
      message: expect.stringContaining('OAUTH_CLIENT_ID_HUBSPOT'),
    });
    expect(await stores.app.tokens.read({ tokenId })).toMatchObject({ lostReason: null });
  });
});
