import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { QueryTypes } from 'sequelize';
import { connectProvider, type Connected } from '../harness/connect-provider.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { syncAll } from '../harness/sync-all.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

interface Scene extends Connected {
  pipedriveId: number;
  webhookUser: string;
  webhookPassword: string;
}

const control = <T = any>(verb: string, input: Record<string, unknown>) => engine.sandbox.control<T>('pipedrive', verb, input);
const act = <T = any>({ pipedriveId }: Scene, verb: string, input: Record<string, unknown> = {}) =>
  control<T>(verb, { companyId: pipedriveId, ...input });
const rows = <T extends object>({ connectionId }: Scene, sql: string) =>
  engine.appDatabase.query<T>(sql, { replacements: { connectionId }, type: QueryTypes.SELECT });
const dealsOf = (scene: Scene) =>
  rows<{ id: string; stage: string; isDeleted: number; mergedInto: string | null }>(
    scene,
    `SELECT external_id AS id, stage, deleted_at IS NOT NULL AS isDeleted, merged_into AS mergedInto
     FROM deals WHERE connection_id = :connectionId ORDER BY CAST(external_id AS UNSIGNED)`,
  );
const stepsOf = async (scene: Scene, dealId: number) =>
  (
    await rows<{ deal: string; from: string | null; to: string }>(
      scene,
      `SELECT deal_external_id AS deal, from_stage AS \`from\`, to_stage AS \`to\` FROM deal_stage_movements
       WHERE connection_id = :connectionId ORDER BY moved_at, id`,
    )
  )
    .filter(({ deal }) => deal === String(dealId))
    .map(({ from, to }) => [from, to]);

async function launched(): Promise<Scene> {
  const [apiToken, webhookUser, webhookPassword] = [randomUUID(), randomUUID(), randomUUID()];
  const { companyId: pipedriveId } = await control('createCompany', { apiToken });
  await control('createPersons', { companyId: pipedriveId, count: 3 });
  await control('createDeals', { companyId: pipedriveId, count: 12, movementsEach: 1 });
  const values = { apiToken, webhookUser, webhookPassword };
  const connected = await connectProvider(engine, { providerKey: 'pipedrive', kind: 'api_key', values });
  return { ...connected, pipedriveId, webhookUser, webhookPassword };
}

const sync = (scene: Scene) => syncAll(engine, scene);

/** A webhook by its own road; answers the status that Pipedrive saw. */
async function tell(scene: Scene, dealId: number, input: Record<string, unknown> = {}): Promise<number | null> {
  const { connectionId, webhookUser: user, webhookPassword: password } = scene;
  const url = `${engine.url}/webhooks/pipedrive/${connectionId}`;
  const sent = await act<{ status: number | null }>(scene, 'sendWebhook', { url, user, password, entityId: dealId, ...input });
  return sent.status;
}
const now = () => Math.floor(Date.now() / 1_000);

describe('A Pipedrive connection', () => {
  it('goes through its onboarding, and the test run brings deals with their steps, persons and stages', async () => {
    const scene = await launched();
    expect(await dealsOf(scene)).toHaveLength(12);
    expect(await stepsOf(scene, 5)).toEqual([
      [null, '1'],
      ['1', '2'],
    ]);
    const named = await rows<{ name: string }>(scene, 'SELECT name FROM contacts WHERE connection_id = :connectionId');
    expect(named).toHaveLength(3);
    expect(await engine.leaks()).toEqual([]);
  });

  it('makes one row of each step, whether a webhook tells it, a sync, or both, once or again', async () => {
    const scene = await launched();
    const at = now();
    await act(scene, 'winDeal', { dealId: 5, at });
    const id = randomUUID();
    for (const attempt of [1, 2]) expect(await tell(scene, 5, { id, attempt })).toBe(200);
    const won = [
      [null, '1'],
      ['1', '2'],
      ['2', 'won'],
    ];
    await until(
      () => stepsOf(scene, 5),
      (steps) => steps.length === won.length,
    );
    await sync(scene);
    expect(await stepsOf(scene, 5)).toEqual(won);

    // What happened between two syncs, and no webhook told.
    await act(scene, 'reopenDeal', { dealId: 5, at: at + 1 });
    await act(scene, 'loseDeal', { dealId: 5, at: at + 2 });
    await act(scene, 'moveDeal', { dealId: 6, stageId: 11, at: at + 1 });
    await sync(scene);
    expect(await stepsOf(scene, 5)).toEqual([...won, ['won', '2'], ['2', 'lost']]);
    expect((await stepsOf(scene, 6)).at(-1)).toEqual(['2', '11']);
    await act(scene, 'updateDeal', { dealId: 5 });
    expect(await tell(scene, 5)).toBe(200);
    await until(
      () => rows<{ title: string }>(scene, "SELECT title FROM deals WHERE connection_id = :connectionId AND external_id = '5'"),
      ([row]) => row!.title.startsWith('Deal 5 ('),
    );
    expect(await stepsOf(scene, 5)).toHaveLength(5);
    expect(await engine.leaks()).toEqual([]);
  });

  it('ends deals that were deleted or merged, names the one that stays, and takes a restored one back', async () => {
    const scene = await launched();
    const at = now();
    await act(scene, 'deleteDeal', { dealId: 1, at });
    await act(scene, 'mergeDeals', { dealId: 2, intoId: 3, at });
    expect(await tell(scene, 2, { action: 'delete', mergedToId: '3' })).toBe(200);
    await until(
      () => dealsOf(scene),
      (deals) => deals[1]!.mergedInto === '3',
    );
    await sync(scene);
    expect((await dealsOf(scene)).slice(0, 3)).toMatchObject([
      { id: '1', isDeleted: 1, mergedInto: null },
      { id: '2', isDeleted: 1, mergedInto: '3' },
      { id: '3', isDeleted: 0, mergedInto: null },
    ]);
    await act(scene, 'restoreDeal', { dealId: 1, at: at + 5 });
    await sync(scene);
    expect((await dealsOf(scene))[0]).toMatchObject({ id: '1', isDeleted: 0 });
  });

  it('is told nothing by another company’s webhook, whose deals have the same ids', async () => {
    const scene = await launched();
    const { companyId: pipedriveId } = await control('createCompany', {});
    expect(await tell({ ...scene, pipedriveId }, 4, { action: 'delete' })).toBe(200);
    expect(await tell(scene, 6, { action: 'delete' })).toBe(200);
    await until(
      () => dealsOf(scene),
      (deals) => deals[5]!.isDeleted === 1,
    );
    expect((await dealsOf(scene)).filter(({ isDeleted }) => isDeleted).map(({ id }) => id)).toEqual(['6']);
  });

  it('takes no webhook with another login, and none of version 1', async () => {
    const scene = await launched();
    expect(await tell(scene, 5, { password: 'another-password' })).toBe(401);
    const answer = await fetch(`${engine.url}/webhooks/pipedrive/${scene.connectionId}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`${scene.webhookUser}:${scene.webhookPassword}`).toString('base64')}`,
      },
      body: JSON.stringify({ v: 1, event: 'updated.deal', current: {}, previous: {}, meta: { id: 1 } }),
    });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('version 2.0');
  });
});
