/** A deal's steps on their way from HubSpot to our rows: by sync, by webhook, and by both. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pauseUpdate, resumeUpdate, syncNowUpdate } from '../../workflows/messages.ts';
import { workflowIds } from '../../domain/workflow-ids.ts';
import type { Provider } from '../../providers/contract.ts';
import { HubspotApiError } from '../../providers/hubspot/errors.ts';
import { getProvider } from '../../providers/registry.ts';
import { openConnection } from '../../activities/provider-call.ts';
import { apiClient } from '../../scripts/demo/client.ts';
import { connectProvider, type Connected } from '../harness/connect-provider.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { until } from '../harness/until.ts';

/** HubSpot, but one that refuses to be asked for a deal of this id. */
let refusedId = '';
const hubspot = getProvider('hubspot');
const deals = hubspot.streams['deals']!;
const refusing: Provider = {
  ...hubspot,
  streams: {
    ...hubspot.streams,
    deals: {
      ...deals,
      async fetchByIds(context, input) {
        if (input.externalIds.includes(refusedId)) throw new HubspotApiError(400, 'VALIDATION_ERROR');
        return deals.fetchByIds!(context, input);
      },
    },
  },
};

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ getProvider: (key) => (key === 'hubspot' ? refusing : getProvider(key)) });
}, 120_000);
afterAll(() => engine.stop());

interface Scene extends Connected {
  portalId: number;
  clientSecret: string;
}

async function connect(): Promise<Scene> {
  const values = { accessToken: `pat-na1-${randomUUID()}`, clientSecret: randomUUID() };
  const { portalId } = await hubspotSays<{ portalId: number }>('createPortal', { privateToken: values.accessToken });
  const connected = await connectProvider(engine, { providerKey: 'hubspot', kind: 'api_key', values });
  return { ...connected, portalId, clientSecret: values.clientSecret };
}

function hubspotSays<T = unknown>(verb: string, input: Record<string, unknown>): Promise<T> {
  return engine.sandbox.control<T>('hubspot', verb, input);
}
const createDeal = async ({ portalId }: Scene, at?: string) =>
  String((await hubspotSays<{ id: number }>('createDeal', { portalId, properties: deal, ...(at && { at }) })).id);
const deal = { dealname: 'Canary Roof', dealstage: 'appointmentscheduled', pipeline: 'default', amount: '900' };
const move = ({ portalId }: Scene, id: string, stage: string) => hubspotSays('moveDeal', { portalId, id: Number(id), stage });
/** All that happened in the account since the last time, as signed webhooks. */
const tell = ({ portalId, clientSecret, connectionId }: Scene) =>
  hubspotSays<{ status: number }[]>('sendWebhooks', {
    portalId,
    clientSecret,
    url: `${engine.url}/webhooks/hubspot/${connectionId}`,
  });

async function sync({ connectionId }: Scene) {
  const connector = engine.client.workflow.getHandle(workflowIds.connector(connectionId));
  const answer = await connector.executeUpdate(syncNowUpdate, { args: [{ by: 'user_admin', stream: 'deals' }] });
  if (answer.verdict !== 'accepted') throw new Error(`The sync was not accepted: ${JSON.stringify(answer)}`);
  const { runId } = answer.runs[0]!;
  return until(
    () => engine.app.runs.find(runId),
    (run) => run?.outcome === 'succeeded',
  );
}
const stepsOf = async ({ connectionId }: Scene, dealExternalId: string) =>
  (await engine.app.deals.movements({ connectionId, dealExternalId, limit: 100 })).items;
const untilSteps = (scene: Scene, id: string, to: string[]) =>
  until(
    () => stepsOf(scene, id),
    (steps) => steps.map((step) => step.to).join() === to.join(),
  );
const dealOf = async ({ connectionId }: Scene, externalId: string) =>
  (await engine.app.deals.list({ connectionId, limit: 100 })).items.find((row) => row.externalId === externalId);
const untilDrained = ({ connectionId }: Scene) =>
  until(
    () => engine.traffic.events.countWaiting(connectionId),
    (waiting) => waiting === 0,
  );

describe('a deal', () => {
  it('has every step that it went between two syncs, with what each stage means', async () => {
    const scene = await connect();
    const id = await createDeal(scene);
    await move(scene, id, 'qualifiedtobuy');
    await move(scene, id, 'appointmentscheduled');
    await sync(scene);
    await untilSteps(scene, id, ['appointmentscheduled', 'qualifiedtobuy', 'appointmentscheduled']);
    await move(scene, id, 'closedwon');
    const run = await sync(scene);
    expect(run!.counts).toMatchObject({ created: 0, updated: 1 });
    const [last] = await untilSteps(scene, id, ['closedwon', 'appointmentscheduled', 'qualifiedtobuy', 'appointmentscheduled']);
    expect(last).toMatchObject({ from: 'appointmentscheduled', toMeaning: { kind: 'won' }, fromMeaning: { kind: 'open' } });
  });

  it('moves once when a webhook and a sync tell of it, whichever comes first', async () => {
    const scene = await connect();
    const [told, synced] = [await createDeal(scene), await createDeal(scene)];
    await sync(scene);
    await tell(scene);
    await untilDrained(scene);

    await move(scene, told, 'qualifiedtobuy');
    const answers = await tell(scene);
    expect(answers.map(({ status }) => status)).toEqual([200]);
    const [step] = await untilSteps(scene, told, ['qualifiedtobuy', 'appointmentscheduled']);
    expect(step).toMatchObject({ runId: null, rawEventId: expect.any(String) });
    await move(scene, synced, 'qualifiedtobuy');
    await sync(scene);
    await tell(scene);
    await untilDrained(scene);
    for (const id of [told, synced]) await untilSteps(scene, id, ['qualifiedtobuy', 'appointmentscheduled']);
  });

  it('ends where HubSpot has it when webhooks come late and out of order', async () => {
    const scene = await connect();
    const id = await createDeal(scene);
    await move(scene, id, 'qualifiedtobuy');
    const late = { portalId: scene.portalId, objectId: Number(id), subscriptionId: 1, appId: 1, attemptNumber: 3 };
    const event = (eventId: number, subscriptionType: string, more = {}) => ({
      ...late,
      eventId,
      subscriptionType,
      occurredAt: Date.now() - eventId * 1_000,
      ...more,
    });
    const events = [
      event(1, 'deal.propertyChange', { propertyName: 'dealstage', propertyValue: 'qualifiedtobuy' }),
      event(2, 'deal.propertyChange', { propertyName: 'dealstage', propertyValue: 'appointmentscheduled' }),
      event(3, 'deal.creation'),
    ];
    await hubspotSays('sendWebhooks', {
      portalId: scene.portalId,
      clientSecret: scene.clientSecret,
      url: `${engine.url}/webhooks/hubspot/${scene.connectionId}`,
      events,
    });
    await untilSteps(scene, id, ['qualifiedtobuy', 'appointmentscheduled']);
    expect(await dealOf(scene, id)).toMatchObject({ stage: 'qualifiedtobuy', title: 'Canary Roof', deletedAt: null });
  });

  it('that is deleted, restored or merged at HubSpot ends in that state here', async () => {
    const scene = await connect();
    const [kept, merged] = [await createDeal(scene), await createDeal(scene)];
    await sync(scene);
    await tell(scene);
    await hubspotSays('deleteDeal', { portalId: scene.portalId, id: Number(kept) });
    await tell(scene);
    await until(
      () => dealOf(scene, kept),
      (row) => row?.deletedAt !== null,
    );
    await hubspotSays('restoreDeal', { portalId: scene.portalId, id: Number(kept) });
    await tell(scene);
    await until(
      () => dealOf(scene, kept),
      (row) => row?.deletedAt === null,
    );
    const { id: winner } = await hubspotSays<{ id: number }>('mergeDeals', {
      portalId: scene.portalId,
      primaryId: Number(kept),
      mergedId: Number(merged),
    });
    await tell(scene);
    await until(
      () => dealOf(scene, merged),
      (row) => row?.mergedInto === String(winner) && row.deletedAt !== null,
    );
  });
});

describe('webhooks about deals', () => {
  it('wait while the connection is paused, and count once on resume', async () => {
    const scene = await connect();
    const id = await createDeal(scene);
    await sync(scene);
    await tell(scene);
    await untilDrained(scene);
    const connector = engine.client.workflow.getHandle(workflowIds.connector(scene.connectionId));
    await connector.executeUpdate(pauseUpdate, { args: [{ by: 'user_admin', reason: 'Holiday' }] });
    await move(scene, id, 'qualifiedtobuy');
    await tell(scene);
    expect(await stepsOf(scene, id)).toHaveLength(1);
    expect(await engine.traffic.events.countWaiting(scene.connectionId)).toBeGreaterThan(0);
    await connector.executeUpdate(resumeUpdate, { args: [{ by: 'user_admin' }] });
    await untilSteps(scene, id, ['qualifiedtobuy', 'appointmentscheduled']);
  });

  it('stay stored while HubSpot does not answer, and are applied when it does', async () => {
    const scene = await connect();
    const id = await createDeal(scene);
    await hubspotSays('fault', { kind: 'status500', match: { path: '/crm/v3/objects/deals/batch/read' }, times: 2 });
    await tell(scene);
    await untilSteps(scene, id, ['appointmentscheduled']);
    await untilDrained(scene);
  });

  it('leave a record that HubSpot refuses in the error queue, and apply the others of the same batch', async () => {
    const scene = await connect();
    const ids = [await createDeal(scene), await createDeal(scene), await createDeal(scene)];
    refusedId = ids[1]!;
    await tell(scene);
    await untilSteps(scene, ids[0]!, ['appointmentscheduled']);
    await untilSteps(scene, ids[2]!, ['appointmentscheduled']);
    const { items } = await until(
      () => engine.app.errorQueue.list({ companyId: scene.companyId, limit: 10 }),
      (page) => page.items.length === 1,
    );
    expect(items).toEqual([
      expect.objectContaining({ connectionId: scene.connectionId, code: 'record_rejected', kind: 'event' }),
    ]);
    expect(await stepsOf(scene, ids[1]!)).toEqual([]);
    refusedId = '';
  });
});

describe('A replay while HubSpot is away', () => {
  it('is put off as long as the circuit is open, counts no attempt, and goes on by itself when HubSpot is back', async () => {
    const scene = await connect();
    const { connectionId, companyId } = scene;
    const id = await createDeal(scene);
    refusedId = id;
    await tell(scene);
    const itemOf = async () => (await engine.app.errorQueue.list({ connectionId, limit: 10 })).items[0];
    const item = await until(itemOf, (found) => found?.state === 'pending');
    expect(item).toMatchObject({ kind: 'event', code: 'record_rejected', attempts: 1 });
    refusedId = '';

    const circuitOf = async () => (await engine.app.circuits.read([connectionId])).get(connectionId);
    for (const path of ['/crm', '/account-info'])
      await hubspotSays('fault', { kind: 'status500', match: { path }, times: 100_000 });
    const { provider, call } = await openConnection(engine.deps, connectionId);
    await until(async () => {
      await call((context) => provider.check(context)).catch(() => undefined);
      return (await circuitOf())?.state === 'open';
    });
    const { key } = await engine.app.apiKeys.create(
      { companyId, role: 'company_admin', label: 'test', userId: scene.company.admin.id },
      { actor: 'test' },
    );
    engine.canaries.add(key);
    const api = apiClient(engine.url, key);
    const asked = await api.call<{ id: string }>('POST', `/connections/${connectionId}/queue/replays`, { filter: {} });
    const replay = await until(
      () => api.call<{ outcome: string | null; sentence: string }>('GET', `/queue/replays/${asked.id}`),
      ({ outcome }) => outcome !== null,
    );
    expect(replay).toMatchObject({
      outcome: 'succeeded',
      sentence: expect.stringContaining('1 failed again or waits for the provider'),
    });
    const put = await itemOf();
    expect(put).toMatchObject({ id: item!.id, attempts: 1 });
    // Of its own, it waited for an hour.
    expect(put!.nextAttemptAt!.getTime()).toBeLessThan(item!.nextAttemptAt!.getTime());
    // It is looked at again and again meanwhile, and put off again.
    await until(itemOf, (now) => now?.state === 'pending' && now.nextAttemptAt! > put!.nextAttemptAt!);
    expect(await itemOf()).toMatchObject({ attempts: 1 });
    expect(await stepsOf(scene, id)).toEqual([]);

    await hubspotSays('clearFaults', {});
    await until(itemOf, (now) => now?.state === 'resolved');
    expect(await itemOf()).toMatchObject({ attempts: 1, closedBy: 'engine' });
    expect(await stepsOf(scene, id)).toHaveLength(1);
    expect((await circuitOf())?.state).toBe('closed');
  });
});

it('tells no history and no log line of a deal’s title or a token', async () => {
  engine.canaries.add('Canary Roof');
  expect(await engine.leaks()).toEqual([]);
});
