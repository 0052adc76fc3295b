/** What the comparison with Temporal reads from rows, on each server. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { by, connectedCompany, openStores, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('rows for the comparison with Temporal on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  it('go through all connections once, oldest first', async () => {
    for (let more = 0; more < 3; more += 1) await connectedCompany(stores.app, `More ${more}`);
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page = await stores.app.connections.inOrder({ after, limit: 2 });
      seen.push(...page.map(({ id }) => id));
      if (page.length < 2) break;
      after = page.at(-1)!.id;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.toSorted()).toEqual(seen);
    expect(seen).toContain(at.connectionId);
  });

  it('know jobs, runs under way and open incidents of many connections at once', async () => {
    const { app } = stores;
    const other = await connectedCompany(app, 'Other');
    const ids = [at.connectionId, other.connectionId];
    expect((await app.jobs.listAll(ids)).map(({ id }) => id).toSorted()).toEqual([at.jobId, other.jobId].toSorted());
    expect(await app.jobs.known([at.jobId, 'job_none'])).toEqual(new Set([at.jobId]));
    await app.runs.close(other.runId, { outcome: 'succeeded' });
    expect((await app.runs.underWay(ids)).map(({ id }) => id)).toEqual([at.runId]);
    const cause = 'rate_limited' as const;
    const { companyId, connectionId } = at;
    const { incidentId } = await app.incidents.open({ companyId, connectionId, cause, sentence: 'Slow.' });
    expect((await app.incidents.openOf(ids)).map(({ id }) => id)).toEqual([incidentId]);
    await app.incidents.close(incidentId, 'resolved', 'test');
    expect(await app.incidents.openOf(ids)).toEqual([]);
    for (const none of [app.jobs.listAll([]), app.runs.underWay([]), app.incidents.openOf([])]) expect(await none).toEqual([]);
  });

  it('tell whether there is an open task about something, and whether there ever was one', async () => {
    const { tasks } = stores.app;
    const { companyId, connectionId } = at;
    await tasks.open({ companyId, connectionId, cause: 'look', subject: 'dlv_1', sentence: 'Look.' });
    expect(await tasks.openAbout(['dlv_1', 'dlv_2'])).toEqual(new Set(['dlv_1']));
    await tasks.completeBySubject('dlv_1', 'Seen.', 'test');
    expect(await tasks.openAbout(['dlv_1'])).toEqual(new Set());
    expect([await tasks.everAbout(companyId, 'dlv_1'), await tasks.everAbout(companyId, 'dlv_2')]).toEqual([true, false]);
  });

  it('list the messages that are under way and have not moved for long, with the question that is open about them', async () => {
    const { deliveries, errorQueue } = stores.app;
    const { companyId, connectionId } = at;
    const make = async () =>
      (
        await deliveries.create(
          { companyId, connectionId, templateId: null, variables: {}, from: 'MG1', to: '+15550003333', body: 'Hi', segments: 1 },
          by,
        )
      ).id;
    const [waiting, asked, over] = [await make(), await make(), await make()];
    await deliveries.advance(over, 'cancelled', { source: 'us' });
    const question = { code: 'ambiguous' as const, sentence: 'Nobody knows whether it went out.' };
    await errorQueue.put({
      companyId,
      connectionId,
      kind: 'delivery',
      cause: asked,
      rawEventId: null,
      deliveryId: asked,
      ...question,
    });
    const list = async (before: Date, after: string | null = null) =>
      (await deliveries.unfinished({ before, after, limit: 1_000 })).filter((delivery) => delivery.connectionId === connectionId);
    const soon = new Date(Date.now() + 60_000);
    const common = { companyId, connectionId, providerKey: 'twilio', status: 'queued' };
    expect(await list(soon)).toEqual([
      { ...common, id: waiting, question: null },
      { ...common, id: asked, question },
    ]);
    expect((await list(soon, waiting)).map(({ id }) => id)).toEqual([asked]);
    expect(await list(new Date(Date.now() - 60_000))).toEqual([]);
    await errorQueue.settle({ connectionId, deliveryId: asked });
    expect((await list(soon, waiting)).map((delivery) => delivery.question)).toEqual([null]);
  });

  it('tell whether a value by hand stands', async () => {
    const { manualValues } = stores.app;
    const { companyId, connectionId } = at;
    const value = { metricKey: 'messages_delivered' as const, value: '7', periodStart: '2026-11-01', periodEnd: '2026-11-20' };
    const { snapshotId } = await manualValues.enter(
      { companyId, connectionId, ...value, reason: 'It is down', expiresAt: new Date(Date.now() + 60_000) },
      by,
    );
    expect(await manualValues.standsByHand(connectionId)).toBe(false);
    await manualValues.activate([snapshotId]);
    expect(await manualValues.standsByHand(connectionId)).toBe(true);
    await manualValues.handBack(connectionId, new Date(), 'engine');
    expect(await manualValues.standsByHand(connectionId)).toBe(false);
  });

  it('count the connections that are stale by their own patience, and no others', async () => {
    const { connections, health } = stores.app;
    const now = new Date('2030-01-01T12:00:00Z');
    const before = await health.countStale(now);
    await connections.setState(at.connectionId, 'active', 'Test.', 'test');
    expect(await health.countStale(now)).toBe(before + 1);
    // Its one stream runs every five minutes.
    await connections.markSucceeded(at.connectionId, new Date('2030-01-01T11:49:59Z'));
    expect(await health.countStale(now)).toBe(before + 1);
    await connections.saveSettings(at.connectionId, { policy: { freshWithinS: 601 } }, by);
    expect(await health.countStale(now)).toBe(before);
    await connections.saveSettings(at.connectionId, { policy: { freshWithinS: 600 } }, by);
    expect(await health.countStale(now)).toBe(before + 1);
    const { items } = await health.list({ companyId: at.companyId, limit: 5 });
    expect(items).toMatchObject([{ connectionId: at.connectionId, freshWithinS: 600 }]);
  });

  it('say since when the events of many connections wait, and ignore those of one', async () => {
    const { events } = stores.traffic;
    const { connectionId, companyId } = at;
    const received = ['2026-11-21T08:00:00.123Z', '2026-11-21T09:00:00.000Z'].map((time) => new Date(time));
    await events.storeBatch(
      received.map((receivedAt, index) => ({
        connectionId,
        companyId,
        providerKey: 'twilio',
        source: 'webhook' as const,
        key: `SM${index}`,
        type: 'message_status',
        occurredAt: null,
        receivedAt,
        data: {},
      })),
    );
    expect(await events.waitingSinceOf([])).toEqual(new Map());
    expect(await events.waitingSinceOf([connectionId, 'conn_none'])).toEqual(new Map([[connectionId, received[0]]]));
    expect(await events.ignoreWaiting(connectionId, 'Gone.')).toBe(2);
    expect(await events.ignoreWaiting(connectionId, 'Gone.')).toBe(0);
    expect(await events.waitingSinceOf([connectionId])).toEqual(new Map());
    const { items } = await events.list({ connectionId, limit: 5 });
    expect(items).toMatchObject([{ state: 'ignored', sentence: 'Gone.' }, { state: 'ignored' }]);
  });
});
