/** What people want changed in HubSpot: kept, written in order, looked for before it is written again, never over what others did. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { driftPolicy } from '../../domain/drift.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import { pauseUpdate, resumeUpdate } from '../../workflows/messages.ts';
import { connectProvider, type Connected } from '../harness/connect-provider.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { syncAll } from '../harness/sync-all.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let scene: Connected & { portalId: number; clientSecret: string; key: string };
const says = <T = unknown>(verb: string, input: object = {}) =>
  engine.sandbox.control<T>('hubspot', verb, input as Record<string, unknown>);

beforeAll(async () => {
  engine = await startEngine();
  const values = { accessToken: `pat-na1-${randomUUID()}`, clientSecret: randomUUID() };
  const { portalId } = await says<{ portalId: number }>('createPortal', { privateToken: values.accessToken });
  const connected = await connectProvider(engine, { providerKey: 'hubspot', kind: 'api_key', values });
  const made = { companyId: connected.companyId, role: 'operator' as const, label: 'Operator' };
  const { key } = await engine.app.apiKeys.create(made, { actor: 'test' });
  engine.canaries.add(key);
  scene = { ...connected, portalId, clientSecret: values.clientSecret, key };
}, 120_000);
afterAll(() => engine.stop());
afterEach(() => says('clearFaults'));

async function call(method: string, path: string, body?: object) {
  const answer = await fetch(`${engine.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${scene.key}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as any };
}
const ofConnection = (rest = '') => `/connections/${scene.connectionId}${rest}`;

/** Deals of this account, known here. */
async function makeDeals(count: number): Promise<{ externalId: string; id: string }[]> {
  const properties = { dealname: 'Roof', dealstage: 'appointmentscheduled', pipeline: 'default', hubspot_owner_id: '41629779' };
  const made: string[] = [];
  while (made.length < count)
    made.push(String((await says<{ id: number }>('createDeal', { portalId: scene.portalId, properties })).id));
  await syncAll(engine, scene);
  return Promise.all(made.map(async (externalId) => ({ externalId, id: (await dealOf(externalId)).id })));
}
const dealOf = async (externalId: string) =>
  (await call('GET', ofConnection('/deals?limit=100'))).body.items.find((deal: any) => deal.externalId === externalId);
const change = async (deal: { id: string }, body: object) => {
  const answer = await call('PATCH', ofConnection(`/deals/${deal.id}`), body);
  expect([answer.status, answer.body.error]).toEqual([202, undefined]);
  return answer.body as { id: string; state: string };
};
const push = async (id: string) => (await call('GET', `/pushes/${id}`)).body;
const untilPush = (id: string, state: string) =>
  until(
    () => push(id),
    (found) => found.state === state,
  );
const stepsTo = async (externalId: string) =>
  (await call('GET', ofConnection(`/deal-movements?dealExternalId=${externalId}`))).body.items.map((step: any) => step.to);
const truth = async ({ externalId }: { externalId: string }) =>
  (await says<string[]>('steps', { portalId: scene.portalId })).filter((step) => step.startsWith(`${externalId}:`)).length;
const itemsOf = async (cause: string) =>
  (await engine.app.errorQueue.list({ connectionId: scene.connectionId, limit: 100 })).items.filter(
    (item) => item.cause === cause,
  );
const connector = () => engine.client.workflow.getHandle(workflowIds.connector(scene.connectionId));
const pause = () => connector().executeUpdate(pauseUpdate, { args: [{ by: 'test', reason: 'Holiday' }] });
const resume = () => connector().executeUpdate(resumeUpdate, { args: [{ by: 'test' }] });

describe('a change of a deal', () => {
  it('is written at the provider and comes back as one step, with its owner by name', async () => {
    const [deal] = await makeDeals(1);
    const asked = await change(deal!, { stage: 'contractsent', amount: '4200' });
    expect(asked).toMatchObject({ state: 'waiting', wanted: { stage: 'contractsent', amount: '4200' } });
    await untilPush(asked.id, 'done');
    const shown = await until(
      () => dealOf(deal!.externalId),
      (found) => found.stage === 'contractsent',
    );
    expect(shown).toMatchObject({ amount: '4200', pending: null, owner: { name: 'Sam Rivera', goneAt: null } });
    const { portalId, clientSecret, connectionId } = scene;
    await says('sendWebhooks', { portalId, clientSecret, url: `${engine.url}/webhooks/hubspot/${connectionId}` });
    await until(
      () => engine.traffic.events.countWaiting(connectionId),
      (waiting) => waiting === 0,
    );
    expect(await stepsTo(deal!.externalId)).toEqual(['contractsent', 'appointmentscheduled']);
    expect((await call('GET', ofConnection())).body.pushes).toEqual({ waiting: 0, oldestAt: null, needPerson: 0 });
  });

  it('waits with its count while the provider is away, is shown beside the deal, and goes out in order afterwards', async () => {
    const [first, other] = await makeDeals(2);
    await says('fault', { kind: 'status500', match: { path: '/deals/batch/read' } });
    const asked = [
      await change(first!, { title: 'One', stage: 'qualifiedtobuy' }),
      await change(first!, { title: 'Two' }),
      await change(other!, { title: 'Other' }),
    ];
    await until(
      () => push(asked[0]!.id),
      ({ attempts }) => attempts > 0,
    );
    expect((await call('GET', ofConnection())).body.pushes).toMatchObject({ waiting: 3, oldestAt: expect.any(String) });
    expect(await dealOf(first!.externalId)).toMatchObject({
      title: 'Roof',
      pending: { values: { title: 'Two', stage: 'qualifiedtobuy' }, state: 'waiting', pushIds: [asked[0]!.id, asked[1]!.id] },
    });
    await says('clearFaults');
    for (const { id } of asked) await untilPush(id, 'done');
    const done = await Promise.all(asked.map(({ id }) => push(id)));
    expect(done[0].finishedAt <= done[1].finishedAt).toBe(true);
    await until(
      () => dealOf(first!.externalId),
      ({ title, stage }) => title === 'Two' && stage === 'qualifiedtobuy',
    );
  });

  it.each(['reset_after_effect', 'status502_after_effect'])('whose answer was lost (%s) happens once', async (kind) => {
    const [deal] = await makeDeals(1);
    const before = await truth(deal!);
    await says('fault', { kind, match: { method: 'PATCH' }, times: 1 });
    const { id } = await change(deal!, { stage: 'contractsent' });
    await untilPush(id, 'done');
    expect(await truth(deal!)).toBe(before + 1);
    expect((await push(id)).attempts).toBe(1);
  });

  it('is not written over what others did since: a person decides, and only its own record waits', async () => {
    const [deal, other] = await makeDeals(2);
    await pause();
    const asked = await change(deal!, { stage: 'contractsent' });
    const later = await change(deal!, { title: 'Later' });
    const beside = await change(other!, { title: 'Beside' });
    const { portalId } = scene;
    await says('moveDeal', { portalId, id: Number(deal!.externalId), stage: 'closedlost' });
    await resume();
    await untilPush(beside.id, 'done');
    expect(await untilPush(asked.id, 'conflict')).toMatchObject({
      sentence: expect.stringContaining('stage of the record changed'),
    });
    expect((await push(later.id)).state).toBe('waiting');
    expect(await itemsOf(asked.id)).toMatchObject([{ kind: 'push', state: 'pending', nextAttemptAt: null }]);
    const tasks = (await call('GET', `/companies/${scene.companyId}/tasks?open=true`)).body.items;
    expect(tasks).toContainEqual(expect.objectContaining({ cause: 'push_conflict', subject: asked.id }));
    expect((await call('GET', ofConnection())).body.pushes).toMatchObject({ waiting: 1, needPerson: 1 });

    const forced = await call('POST', `/pushes/${asked.id}/retry`, { overwrite: true });
    expect(forced.body).toMatchObject({ overwrites: true });
    await untilPush(asked.id, 'done');
    expect(await itemsOf(asked.id)).toMatchObject([{ state: 'resolved' }]);
    await untilPush(later.id, 'done');
  });

  it('that the provider refuses is a person’s, who tries it again or lets it go, and the next one goes on', async () => {
    const [deal] = await makeDeals(1);
    const refused = await change(deal!, { ownerExternalId: '999' });
    expect(await untilPush(refused.id, 'failed')).toMatchObject({ code: 'record_rejected' });
    const next = await change(deal!, { title: 'Next' });
    const [item] = await itemsOf(refused.id);
    expect((await call('POST', `/queue/${item!.id}/retry`)).status).toBe(200);
    await until(
      () => itemsOf(refused.id),
      ([found]) => found?.state === 'pending' && found.attempts === 2,
    );
    expect((await push(next.id)).state).toBe('waiting');
    expect((await call('POST', `/queue/${item!.id}/ignore`, { reason: 'Nobody of that id.' })).status).toBe(200);
    await untilPush(next.id, 'done');
    expect((await push(refused.id)).state).toBe('cancelled');
    expect((await call('POST', `/pushes/${refused.id}/cancel`)).status).toBe(409);
  });

  it('is found by reconcile when its wake-up was lost', async () => {
    const [deal] = await makeDeals(1);
    const { companyId, connectionId } = scene;
    const wanted = { title: 'Found' };
    const asked = await engine.app.pushes.ask(
      { companyId, connectionId, dealId: deal!.id, wanted, overwrites: false },
      { actor: 'test' },
    );
    const report = await engine.client.workflow.execute('reconcile', {
      workflowId: `${workflowIds.reconcile}-pushes`,
      taskQueue: taskQueues.lifecycle,
      args: [{ policy: { ...driftPolicy, eventsWaitMs: 0 } }],
    });
    expect(report).toMatchObject({ repairs: { pushes_started: 1 } });
    await untilPush(asked.id, 'done');
  });
});
