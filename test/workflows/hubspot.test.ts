import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { QueryTypes } from 'sequelize';
import { startEngine, type Engine } from '../harness/engine.ts';
import { until } from '../harness/until.ts';
import { beginHubspot, consent, launchHubspot, syncHubspot, type HubspotScene } from '../harness/hubspot-connection.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const act = <T = { id: number }>({ portalId }: HubspotScene, verb: string, input: Record<string, unknown> = {}) =>
  engine.sandbox.control<T>('hubspot', verb, { portalId, ...input });
const rows = <T extends object>({ connectionId }: HubspotScene, sql: string) =>
  engine.appDatabase.query<T>(sql, { replacements: { connectionId }, type: QueryTypes.SELECT });
const deals = (scene: HubspotScene) =>
  rows<{ id: string; stage: string; contact: string; isDeleted: number; mergedInto: string | null }>(
    scene,
    `SELECT external_id AS id, stage, contact_external_id AS contact, deleted_at IS NOT NULL AS isDeleted, merged_into AS mergedInto
     FROM deals WHERE connection_id = :connectionId ORDER BY external_id`,
  );
const movements = (scene: HubspotScene) =>
  rows<{ deal: string; from: string | null; to: string; by: string }>(
    scene,
    `SELECT deal_external_id AS deal, from_stage AS \`from\`, to_stage AS \`to\`, moved_by AS \`by\` FROM deal_stage_movements
     WHERE connection_id = :connectionId ORDER BY moved_at, id`,
  );

async function launched(): Promise<HubspotScene> {
  const scene = await beginHubspot(engine);
  await act(scene, 'createContacts', { count: 5 });
  await act(scene, 'createDeals', { count: 30, movementsEach: 3 });
  await consent(scene);
  await launchHubspot(scene);
  return scene;
}

describe('A HubSpot connection', () => {
  it('goes through its onboarding, and the test run brings deals with their steps, and contacts', async () => {
    const scene = await launched();
    expect(await deals(scene)).toHaveLength(30);
    expect(await movements(scene)).toHaveLength(90);
    const [{ contacts }] = (await rows<{ contacts: number }>(
      scene,
      'SELECT COUNT(*) AS contacts FROM contacts WHERE connection_id = :connectionId',
    )) as [{ contacts: number }];
    expect(contacts).toBe(5);
    expect(await engine.leaks()).toEqual([]);
  });

  it('takes each step once, however often it is read, and each deal to where it ended', async () => {
    const scene = await launched();
    const before = await deals(scene);
    const [moved, first, second] = [before[0]!, before[1]!, before[2]!];
    for (const stage of ['contractsent', 'closedlost', 'closedwon'])
      await act(scene, 'moveDeal', { id: Number(moved.id), stage, userId: 7 });
    const merged = await act(scene, 'mergeDeals', { primaryId: Number(first.id), mergedId: Number(second.id) });
    for (const _ of [1, 2]) for (const run of await syncHubspot(scene)) expect(run).toMatchObject({ outcome: 'succeeded' });

    const now = await deals(scene);
    expect(now.find(({ id }) => id === moved.id)).toMatchObject({ stage: 'closedwon', isDeleted: 0 });
    for (const { id } of [first, second])
      expect(now.find((deal) => deal.id === id)).toMatchObject({ isDeleted: 1, mergedInto: String(merged.id) });
    const steps = (await movements(scene)).filter(({ deal }) => deal === moved.id);
    expect(steps.slice(-3)).toEqual([
      { deal: moved.id, from: moved.stage, to: 'contractsent', by: '7' },
      { deal: moved.id, from: 'contractsent', to: 'closedlost', by: '7' },
      { deal: moved.id, from: 'closedlost', to: 'closedwon', by: '7' },
    ]);
    expect(steps).toHaveLength(6);
  });

  it('hears of a step by the app’s webhook, and makes one row of it with the sync that tells it too', async () => {
    const scene = await launched();
    const tell = () =>
      act<{ status: number }[]>(scene, 'sendWebhooks', {
        url: `${engine.url}/webhooks/hubspot`,
        clientSecret: engine.deps.oauthClient('hubspot')!.clientSecret,
      });
    const before = await deals(scene);
    const [moved, gone, first, second] = [before[0]!, before[1]!, before[2]!, before[3]!];
    const steps = (await movements(scene)).length;
    await act(scene, 'moveDeal', { id: Number(moved.id), stage: 'contractsent', userId: 7 });
    await act(scene, 'deleteDeal', { id: Number(gone.id) });
    const merged = await act(scene, 'mergeDeals', { primaryId: Number(first.id), mergedId: Number(second.id) });
    expect(await tell()).toEqual([{ events: 3, status: 200 }]);

    const now = await until(
      () => deals(scene),
      (all) => all.some(({ id }) => id === String(merged.id)) && all.filter(({ isDeleted }) => isDeleted).length === 3,
    );
    const of = (id: string) => now.find((deal) => deal.id === id);
    expect([of(moved.id), of(gone.id), of(first.id), of(second.id)]).toMatchObject([
      { stage: 'contractsent', isDeleted: 0 },
      { isDeleted: 1, mergedInto: null },
      { isDeleted: 1, mergedInto: String(merged.id) },
      { isDeleted: 1, mergedInto: String(merged.id) },
    ]);
    const told = await until(
      () => movements(scene),
      (all) => all.length > steps,
    );
    for (const run of await syncHubspot(scene)) expect(run).toMatchObject({ outcome: 'succeeded' });
    expect(await movements(scene)).toEqual(told);
    expect(told.filter(({ deal }) => deal === moved.id).at(-1)).toEqual({
      deal: moved.id,
      from: moved.stage,
      to: 'contractsent',
      by: '7',
    });
  });
});
