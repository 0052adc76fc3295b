import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { QueryTypes } from 'sequelize';
import { connectProvider, type Connected } from '../harness/connect-provider.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { syncAll } from '../harness/sync-all.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

interface Org {
  orgId: string;
  username: string;
}
interface Scene extends Connected, Org {}

const control = <T = any>(verb: string, input: Record<string, unknown> = {}) =>
  engine.sandbox.control<T>('salesforce', verb, input);
const rows = <T extends object>({ connectionId }: Connected, sql: string) =>
  engine.appDatabase.query<T>(sql, { replacements: { connectionId }, type: QueryTypes.SELECT });
const dealsOf = (scene: Connected) =>
  rows<{ id: string; title: string; stage: string; currency: string; isDeleted: number }>(
    scene,
    `SELECT external_id AS id, title, stage, currency, deleted_at IS NOT NULL AS isDeleted
     FROM deals WHERE connection_id = :connectionId ORDER BY external_id`,
  );
const stepsOf = async (scene: Connected, id: string) =>
  (
    await rows<{ deal: string; from: string | null; to: string }>(
      scene,
      `SELECT deal_external_id AS deal, from_stage AS \`from\`, to_stage AS \`to\` FROM deal_stage_movements
       WHERE connection_id = :connectionId ORDER BY moved_at, id`,
    )
  )
    .filter(({ deal }) => deal === id)
    .map(({ from, to }) => [from, to]);

/** Few rows in an answer and few calls in a session, so that one run needs several of both. */
async function newOrg(name: string, options: Record<string, unknown> = {}): Promise<Org> {
  const org = await control<Org>('createOrg', { name, rowsPerAnswerMax: 7, sessionCallsMax: 5, ...options });
  await control('createOpportunities', { orgId: org.orgId, count: 40, movesEach: 2, apartS: 60, newestAgoS: 30 });
  await control('createContact', { orgId: org.orgId, name: `Contact of ${name}` });
  return org;
}

async function byKey(org: Org): Promise<Scene> {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const clientId = `3MVG9${randomUUID()}`;
  await control('createApp', { clientId, publicKey });
  const values = { clientId, subject: org.username, privateKey };
  return { ...org, ...(await connectProvider(engine, { providerKey: 'salesforce', kind: 'jwt_bearer', values })) };
}

/** With a consent that was given a moment ago. */
async function byConsent(org: Org): Promise<Scene> {
  const { clientId } = engine.deps.oauthClient('salesforce')!;
  const { refreshToken } = await control<{ refreshToken: string }>('createGrant', { clientId, orgId: org.orgId });
  const connected = await connectProvider(engine, { providerKey: 'salesforce', kind: 'oauth2', values: { refreshToken } });
  return { ...org, ...connected };
}

const sync = (scene: Connected) => syncAll(engine, scene);

const idsIn = async ({ orgId }: Org) =>
  (await control<{ opportunities: { id: string }[] }>('truth', { orgId })).opportunities.map(({ id }) => id).toSorted();

describe('Salesforce connections', () => {
  it('of two orgs, one by consent whose refresh tokens rotate and one by a key, read their own org alone, through sessions that end in the middle of a run', async () => {
    const [one, two] = await Promise.all([
      newOrg('Acme', { rotation: 'strict', currency: 'EUR' }).then(byConsent),
      newOrg('Zenith', { currency: 'JPY' }).then(byKey),
    ]);
    for (const [scene, currency] of [[one, 'EUR'] as const, [two, 'JPY'] as const]) {
      const deals = await dealsOf(scene);
      expect(deals.map(({ id }) => id)).toEqual(await idsIn(scene));
      expect(new Set(deals.map((deal) => deal.currency))).toEqual(new Set([currency]));
      const [{ steps }] = (await rows<{ steps: number }>(
        scene,
        'SELECT COUNT(*) AS steps FROM deal_stage_movements WHERE connection_id = :connectionId',
      )) as [{ steps: number }];
      expect(steps).toBe(120);
    }
    const [grant] = await control<{ refreshes: number; reuses: number; state: string }[]>('grants', { orgId: one.orgId });
    expect(grant).toMatchObject({ state: 'good', reuses: 0 });
    expect(grant!.refreshes).toBeGreaterThan(2);
    expect((await control<unknown[]>('grants', { orgId: two.orgId })).length).toBeGreaterThan(2);
    expect(await engine.leaks()).toEqual([]);
  });

  it('take each step once, however often it is read, end deals that were deleted and take restored ones back', async () => {
    const scene = await byKey(await newOrg('Bright Harbor', { sessionCallsMax: null }));
    const { orgId } = scene;
    const [moved, deleted] = await dealsOf(scene);
    const before = await stepsOf(scene, moved!.id);
    for (const stage of ['Closed Lost', 'Qualification', 'Closed Won'])
      await control('changeOpportunity', { orgId, id: moved!.id, stage });
    await control('changeOpportunity', { orgId, id: moved!.id, amount: 77 });
    await control('deleteRecords', { orgId, ids: [deleted!.id] });
    for (const _ of [1, 2]) await sync(scene);
    expect(await stepsOf(scene, moved!.id)).toEqual([
      ...before,
      [moved!.stage, 'Closed Lost'],
      ['Closed Lost', 'Qualification'],
      ['Qualification', 'Closed Won'],
    ]);
    expect((await dealsOf(scene)).slice(0, 2)).toMatchObject([
      { id: moved!.id, stage: 'Closed Won', isDeleted: 0 },
      { id: deleted!.id, isDeleted: 1 },
    ]);

    await control('restoreRecords', { orgId, ids: [deleted!.id] });
    await sync(scene);
    expect((await dealsOf(scene))[1]).toMatchObject({ id: deleted!.id, isDeleted: 0 });
  });
});
