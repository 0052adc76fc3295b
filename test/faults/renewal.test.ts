/**
 * Many callers in three real processes find one access token due at once, and one of the processes dies at a named point. The far end
 * revokes everything when a spent refresh token comes again, and counts.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createAppStores, type AppStores } from '../../db/app/stores/index.ts';
import { keyStore } from '../../db/app/stores/data-keys.ts';
import { openKeyring } from '../../keys/keyring.ts';
import { localMasterKey } from '../../keys/local-master-key.ts';
import { openDatabase } from '../../db/database.ts';
import { providerRows } from '../../providers/registry.ts';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import { baseUrlsOf, createHubspotApp, createPortal, grantsOf } from '../harness/hubspot-account.ts';
import { freshDatabases, type FreshDatabases } from '../harness/mysql.ts';
import { createService } from '../harness/service.ts';
import { until } from '../harness/until.ts';
import { startMysqlProxy, type Point } from './mysql-proxy.ts';

const program = join(import.meta.dirname, '../harness/token-callers.ts');
const callers = 17;
const by = { actor: 'test' };
const lostSentence =
  'New access was asked for at HubSpot and the answer was lost, so the old one must not be used again: reauthorize the connection.';

const points = {
  'with the lease, before it writes down that it will ask': {
    statement: /^UPDATE integration_tokens SET refresh_attempted_at/,
    hold: 'before',
  },
  'right before it asks': { statement: /^UPDATE integration_tokens SET refresh_attempted_at/, hold: 'after' },
  'with the answer, before it is committed': { statement: /^UPDATE integration_tokens SET ciphertext/, hold: 'before' },
  'with the answer committed': { statement: /^UPDATE integration_tokens SET ciphertext/, hold: 'after' },
} satisfies Record<string, Point>;

describe('one access token, 51 callers in three processes', () => {
  let databases: FreshDatabases;
  let database: ReturnType<typeof openDatabase>;
  let app: AppStores;
  let sandbox: RunningSandbox;
  let client: { clientId: string; clientSecret: string };
  const masterKey = randomBytes(32);
  beforeAll(async () => {
    [databases, sandbox] = await Promise.all([freshDatabases(), startSandbox()]);
    database = openDatabase(databases.appUrl, { poolMax: 5 });
    const masterKeys = [localMasterKey(masterKey)];
    app = createAppStores(database, { keyring: await openKeyring({ store: keyStore(database), masterKeys }) });
    await app.providers.sync(providerRows());
    client = await createHubspotApp({ sandbox, canaries: new Set() }, 'https://hooks.example.com');
  });
  afterAll(async () => {
    await database.close();
    await databases.drop();
    await sandbox.close();
  });

  /** A launched connection whose access token is due. */
  async function due(rotates: boolean) {
    const { portalId } = await createPortal({ sandbox }, { rotation: rotates ? 'strict' : 'none' });
    const { accessToken, refreshToken } = await sandbox.control('hubspot', 'createGrant', {
      clientId: client.clientId,
      portalId,
    });
    const { id: companyId } = await app.companies.create({ name: 'Acme Roofing', timeZone: 'UTC' }, by);
    const what = { purpose: 'deals', label: 'HubSpot of Acme', ownerUserId: null, reason: 'Deals', settings: {} };
    const { id: connectionId } = await app.connections.create({ companyId, providerKey: 'hubspot', ...what }, by);
    const values = { accessToken, refreshToken };
    const { tokenId } = await app.credentials.stage({ connectionId, companyId, kind: 'oauth2', values }, by);
    await app.credentials.activate(tokenId);
    await app.connections.setState(connectionId, 'active', 'Launched.', 'test');
    return { portalId, companyId, connectionId, tokenId, rotates };
  }
  type Due = Awaited<ReturnType<typeof due>>;

  const start = (name: string, { connectionId, rotates }: Due, databaseUrl = databases.appUrl) => {
    const baseUrl = baseUrlsOf(sandbox.url).hubspot;
    const given = { databaseUrl, masterKey: masterKey.toString('base64'), baseUrl, client, connectionId, callers, rotates };
    const env = { ...process.env, TOKEN_CALLERS: JSON.stringify(given) };
    const service = createService({ name, command: process.execPath, args: [program], env, isUp: () => true });
    return { service, started: service.start() };
  };
  const outcomesOf = async ({ service }: ReturnType<typeof start>): Promise<string[]> => {
    await until(() => !service.isRunning, Boolean, 30_000);
    const line = service.lines.find((each) => each.startsWith('['));
    if (!line) throw new Error(`${service.name} printed no outcomes: ${service.lines.join('\n')}`);
    return JSON.parse(line) as string[];
  };

  async function dieAt(point: Point, rotates: boolean) {
    const scene = await due(rotates);
    const proxy = await startMysqlProxy(databases.appUrl);
    try {
      const reached = proxy.reached(point);
      const victim = start('victim', scene, proxy.url);
      await reached;
      const others = [start('second', scene), start('third', scene)];
      await Promise.all(others.map(({ started }) => started));
      await victim.service.kill('SIGKILL');
      proxy.drop();
      const outcomes = (await Promise.all(others.map(outcomesOf))).flat();
      expect(outcomes).toHaveLength(2 * callers);
      const [grant] = await grantsOf({ sandbox }, scene.portalId);
      const { items: tasks } = await app.tasks.list({ companyId: scene.companyId, limit: 10 });
      return { ...scene, kinds: [...new Set(outcomes)], grant: grant!, tasks };
    } finally {
      proxy.release();
      await proxy.close();
    }
  }
  const all = (portalId: number) => [`reached ${portalId}`];

  it.each([true, false])('is renewed once when nobody dies (rotating: %s)', async (rotates) => {
    const scene = await due(rotates);
    const processes = ['first', 'second', 'third'].map((name) => start(name, scene));
    const outcomes = (await Promise.all(processes.map(outcomesOf))).flat();
    expect(outcomes).toHaveLength(3 * callers);
    expect([...new Set(outcomes)]).toEqual(all(scene.portalId));
    expect(await grantsOf({ sandbox }, scene.portalId)).toMatchObject([{ refreshes: 1, reuses: 0, state: 'good' }]);
  });

  it('is renewed once by another when the first dies before it has begun to ask', async () => {
    const point = points['with the lease, before it writes down that it will ask'];
    const { portalId, kinds, grant, tasks } = await dieAt(point, true);
    expect(kinds).toEqual(all(portalId));
    expect(grant).toMatchObject({ refreshes: 1, reuses: 0, state: 'good' });
    expect(tasks).toEqual([]);
  });

  it('stays as it was committed when the first dies right after', async () => {
    const { portalId, kinds, grant, tasks } = await dieAt(points['with the answer committed'], true);
    expect(kinds).toEqual(all(portalId));
    expect(grant).toMatchObject({ refreshes: 1, reuses: 0, state: 'good' });
    expect(tasks).toEqual([]);
  });

  it.each([
    ['right before it asks', 0],
    ['with the answer, before it is committed', 1],
  ] as const)('is given up, with a sentence and a task, when nobody can know: the first dies %s', async (where, refreshes) => {
    const { connectionId, tokenId, kinds, grant, tasks } = await dieAt(points[where], true);
    expect(kinds).toEqual([`credentials_rejected: ${lostSentence}`]);
    expect(grant).toMatchObject({ refreshes, reuses: 0, state: 'good' });
    expect(tasks).toMatchObject([
      {
        connectionId,
        cause: 'credentials_lost',
        subject: `${connectionId}:credentials`,
        sentence: `HubSpot of Acme: ${lostSentence}`,
        completedAt: null,
      },
    ]);
    expect(await app.tokens.read({ tokenId })).toMatchObject({ lostReason: lostSentence });
  });

  describe('with a gateway in front of the provider that gives up after the tokens were made', () => {
    async function giveUp(rotates: boolean) {
      const scene = await due(rotates);
      await sandbox.control('hubspot', 'fault', {
        kind: 'status502_after_effect',
        times: 1,
        match: { path: '/oauth/v3/token' },
      });
      const processes = ['first', 'second', 'third'].map((name) => start(name, scene));
      const outcomes = (await Promise.all(processes.map(outcomesOf))).flat();
      const [grant] = await grantsOf({ sandbox }, scene.portalId);
      const { items: tasks } = await app.tasks.list({ companyId: scene.companyId, limit: 10 });
      return { ...scene, outcomes, grant: grant!, tasks };
    }

    it('is given up where refresh tokens rotate, and never asked for with the old one', async () => {
      const { outcomes, grant, tasks, tokenId } = await giveUp(true);
      expect([...new Set(outcomes)]).toEqual([`credentials_rejected: ${lostSentence}`]);
      expect(grant).toMatchObject({ refreshes: 1, reuses: 0, state: 'good' });
      expect(tasks).toMatchObject([{ cause: 'credentials_lost', sentence: `HubSpot of Acme: ${lostSentence}` }]);
      expect(await app.tokens.read({ tokenId })).toMatchObject({ lostReason: lostSentence });
    });

    it('is asked for again where they do not', async () => {
      const { portalId, outcomes, grant, tasks } = await giveUp(false);
      const told = expect.stringMatching(/^provider_unavailable: .+ it is tried again by itself\.$/);
      const [hindered, ...others] = outcomes.toSorted();
      expect(hindered).toEqual(told);
      expect([...new Set(others)]).toEqual(all(portalId));
      expect(grant).toMatchObject({ refreshes: 2, reuses: 0, state: 'good' });
      expect(tasks).toEqual([]);
    });
  });

  it('is kept when the database comes back after the lease has ended', async () => {
    const scene = await due(true);
    const proxy = await startMysqlProxy(databases.appUrl);
    try {
      const reached = proxy.reached(points['with the answer, before it is committed']);
      const caller = start('caller', scene, proxy.url);
      await reached;
      // The lease is 2 s; 16 callers of the same process see it end.
      await new Promise((resolve) => setTimeout(resolve, 2_200));
      proxy.drop();
      expect([...new Set(await outcomesOf(caller))]).toEqual(all(scene.portalId));
      expect(await grantsOf({ sandbox }, scene.portalId)).toMatchObject([{ refreshes: 1, reuses: 0, state: 'good' }]);
      expect(await app.tokens.read({ tokenId: scene.tokenId })).toMatchObject({ lostReason: null });
    } finally {
      proxy.release();
      await proxy.close();
    }
  });

  it.each(Object.entries(points))('goes on at a provider that does not rotate, wherever the first dies: %s', async (_, point) => {
    const { portalId, kinds, grant, tasks } = await dieAt(point, false);
    expect(kinds).toEqual(all(portalId));
    expect(grant).toMatchObject({ reuses: 0, state: 'good' });
    expect(grant.refreshes).toBeGreaterThan(0);
    expect(tasks).toEqual([]);
  });
});
