import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectedCompany, openStores, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('what is counted for metrics on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  const cause = 'provider_unavailable' as const;

  beforeAll(async () => {
    stores = await openStores(server);
    const { app, traffic } = stores;
    at = await connectedCompany(app);
    const { companyId, connectionId } = at;
    await app.connections.setState(connectionId, 'active', 'Test.', 'test');
    await app.connections.markSucceeded(connectionId, new Date('2026-11-21T10:00:00Z'));
    const item = {
      companyId,
      connectionId,
      kind: 'event' as const,
      code: 'record_rejected' as const,
      sentence: 'No.',
      waitsFor: null,
    };
    for (const key of ['a', 'b']) await app.errorQueue.put({ ...item, cause: key, rawEventId: '1' });
    await app.incidents.open({ companyId, connectionId, cause, sentence: 'It is down.' });
    const { incidentId } = await app.incidents.open({ companyId, connectionId, cause: 'defect', sentence: 'Broken.' });
    await app.incidents.claimAlert({ incidentId, kind: 'opened', rung: 2, userId: at.ownerId, channel: 'sms' });
    await app.tasks.open({ companyId, connectionId, cause: 'x', subject: 'y', sentence: 'Do it.' });
    const event = { companyId, connectionId, providerKey: 'twilio', source: 'webhook' as const, type: 'message' };
    const times = { occurredAt: null, receivedAt: new Date() };
    await traffic.events.storeBatch(['1', '2', '3'].map((key) => ({ ...event, ...times, key, data: {} })));
  });
  afterAll(() => stores.close());

  it('is what is open, by what it is', async () => {
    const { counts } = stores.app;
    expect(await counts.connections()).toEqual([{ providerKey: 'twilio', state: 'active', count: 1 }]);
    expect(await counts.applying()).toEqual([{ id: at.connectionId, providerKey: 'twilio' }]);
    expect(await counts.oldestSuccess(new Date('2026-11-21T10:01:30Z'))).toEqual([{ providerKey: 'twilio', ageS: 90 }]);
    expect(await counts.runsUnderWay()).toEqual([{ providerKey: 'twilio', count: 1 }]);
    expect((await counts.openQueueItems()).reduce((sum, { kind, count }) => sum + (kind === 'event' ? count : 0), 0)).toBe(2);
    const incidents = (await counts.openIncidents()).toSorted((a, b) => a.rung - b.rung);
    expect(incidents).toEqual([
      { rung: 0, count: 1 },
      { rung: 2, count: 1 },
    ]);
    expect(await counts.openTasks()).toBeGreaterThanOrEqual(1);
  });

  it('is no longer what was closed', async () => {
    const { app } = stores;
    await app.errorQueue.settle({ connectionId: at.connectionId, rawEventIds: ['1'] });
    expect(await app.counts.openQueueItems()).toEqual([]);
    await app.connections.setState(at.connectionId, 'paused', 'Holiday.', 'test');
    expect(await app.counts.applying()).toEqual([]);
    expect(await app.counts.oldestSuccess(new Date())).toEqual([]);
  });

  it('is the events that wait and the time of the oldest', async () => {
    const { backlog } = stores.traffic;
    expect(await backlog.waiting([at.connectionId, 'conn_other'])).toEqual([{ connectionId: at.connectionId, count: 3 }]);
    const [oldest] = await backlog.oldestMs([at.connectionId]);
    expect(oldest!.waitedMs).toBeGreaterThanOrEqual(0);
    expect(oldest!.waitedMs).toBeLessThan(60_000);
    expect(await backlog.waiting([])).toEqual([]);
  });
});
