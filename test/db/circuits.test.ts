import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { circuitPolicy } from '../../domain/circuit.ts';
import { by, connectedCompany, openStores, servers, type OpenStores } from './stores.ts';

/** Its waits are so long that a slow machine does not matter. */
const slow = { ...circuitPolicy, firstOpenMs: 600_000, maxOpenMs: 6_000_000 };
/** Due for its probe at once. */
const policy = { ...circuitPolicy, firstOpenMs: 0 };

describe.each(servers)('on $name', ({ server }) => {
  let stores: OpenStores;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());

  const store = () => stores.app.circuits;
  async function owner() {
    const { connection } = await connectedCompany(stores.app);
    await stores.app.connections.setState(connection.id, 'active', 'Launched.', 'test');
    return { connectionId: connection.id, companyId: connection.companyId };
  }
  const actions = async (companyId: string) =>
    (await stores.app.audit.list({ companyId, limit: 50 })).items
      .map(({ action }) => action)
      .filter((action) => action.startsWith('circuit.'));

  it('a circuit is opened once by many processes that find the provider away, and closed once', async () => {
    const at = await owner();
    expect(await store().open(at.connectionId)).toBeNull();
    const tripped = await Promise.all(Array.from({ length: 10 }, () => store().trip(at, '9 of 9', slow)));
    expect(tripped.filter(Boolean)).toMatchObject([{ state: 'open', times: 1, providerKey: 'twilio' }]);
    const open = await store().open(at.connectionId);
    expect(open!.probeInMs).toBeGreaterThan(500_000);
    expect(open!.probeInMs).toBeLessThanOrEqual(600_000);
    const closed = await Promise.all(Array.from({ length: 10 }, () => store().close(at.connectionId, 'Answered.')));
    expect(closed.filter(Boolean)).toHaveLength(1);
    expect(await actions(at.companyId)).toEqual(['circuit.close', 'circuit.open']);
    const [day] = await stores.app.health.summaries({ companyId: at.companyId, from: '2000-01-01', to: '2100-01-01' });
    expect(day).toMatchObject({ circuitsOpened: 1 });
  });

  it('a circuit is tried by one of many who find it due, and by another when that one has died', async () => {
    const at = await owner();
    await store().trip(at, '9 of 9', policy);
    const claims = await Promise.all(Array.from({ length: 20 }, () => store().claimProbe(at.connectionId, policy)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect((await store().read([at.connectionId])).get(at.connectionId)).toMatchObject({ state: 'half_open' });
    expect(await store().due(10)).toEqual([]);

    await store().probeUntold(claims.find(Boolean)!);
    const dying = await store().claimProbe(at.connectionId, { ...policy, probeWithinMs: 0 });
    const next = await store().claimProbe(at.connectionId, policy);
    expect([dying, next]).toEqual([expect.anything(), expect.anything()]);
    await store().probeFailed(dying!, 'Too late to say so.', circuitPolicy);
    expect(await store().claimProbe(at.connectionId, policy)).toBeNull();
    await store().probeFailed(next!, 'Still away.', slow);
    const after = await store().open(at.connectionId);
    expect(after).toMatchObject({ isProbed: false });
    expect(after!.probeInMs).toBeGreaterThan(600_000);
  });

  it('a circuit that nobody could try is left alone for a while', async () => {
    const at = await owner();
    await store().trip(at, '9 of 9', policy);
    const isDue = async () => (await store().due(100)).some(({ connectionId }) => connectionId === at.connectionId);
    expect(await isDue()).toBe(true);
    await store().postpone(at.connectionId, policy);
    expect(await isDue()).toBe(false);
    expect((await store().open(at.connectionId))!.probeInMs).toBeGreaterThan(50_000);
  });

  it('a circuit waits longer when it opens again soon after it closed', async () => {
    const at = await owner();
    await store().trip(at, '9 of 9', slow);
    await store().close(at.connectionId, 'Answered.');
    expect(await store().trip(at, '9 of 9', slow)).toMatchObject({ times: 2 });
    expect((await store().open(at.connectionId))!.probeInMs).toBeGreaterThan(1_000_000);
    expect(await store().countOpen()).toBeGreaterThan(0);
  });

  it('checks are due of connections that nothing is known of for a while, and each is handed out once', async () => {
    const { connection } = await connectedCompany(stores.app);
    const { connection: setUp } = await connectedCompany(stores.app);
    await stores.app.connections.setState(connection.id, 'active', 'Launched.', 'test');
    const claim = () => stores.app.health.claimChecks({ limit: 50, checkAfterMs: 60_000 });
    const claims = (await Promise.all(Array.from({ length: 10 }, claim))).flat();
    expect(claims.filter((id) => id === connection.id)).toHaveLength(1);
    expect(claims).not.toContain(setUp.id);
  });

  it('checks are not due of one that a run has just told of, and are forgotten in time but for the newest', async () => {
    const { connection } = await connectedCompany(stores.app);
    const { id: connectionId, companyId } = connection;
    await stores.app.connections.setState(connectionId, 'active', 'Launched.', 'test');
    for (const ok of [true, false, true])
      await stores.app.health.record({ connectionId, companyId, kind: 'run', ok, latencyMs: null, code: null, sentence: 'So.' });
    expect(await stores.app.health.claimChecks({ limit: 50, checkAfterMs: 60_000 })).not.toContain(connectionId);
    await stores.app.health.forgetBefore(new Date(Date.now() + 60_000));
    expect(await stores.app.health.current(connectionId)).toMatchObject({ ok: true, kind: 'run' });
    const [day] = await stores.app.health.summaries({ companyId, from: '2000-01-01', to: '2100-01-01' });
    expect(day).toMatchObject({ checks: { ok: 2, failed: 1 } });
  });

  it('the signs of a connection are read from its own rows', async () => {
    const { connection, job } = await connectedCompany(stores.app);
    const { id: connectionId, companyId } = connection;
    const failing = await stores.app.runs.open({ jobId: job.id, workflowId: 'sync:another', trigger: 'manual' });
    if (failing.opened) await stores.app.runs.close(failing.runId, { outcome: 'failed', code: 'defect' });
    await stores.app.health.sawQuota({ connectionId, companyId, name: 'day', limit: 100, remaining: 7 });
    await stores.app.health.sawQuota({ connectionId, companyId, name: 'day', limit: 100, remaining: 6 });
    const card = { companyId, connectionId, metricKey: 'messages_delivered' as const };
    await stores.app.cards.save({ ...card, nextAction: 'Nothing.', explanation: 'Reminders.' });
    const vitals = await stores.app.health.vitals({ companyId, connectionIds: [connectionId], now: new Date() });
    expect(vitals.get(connectionId)).toMatchObject({
      quota: { name: 'day', limit: 100, remaining: 6, at: expect.any(String) },
      queue: { open: 0, dead: 0 },
      cards: { shown: 1, empty: 1 },
    });
    expect(await stores.app.health.vitals({ companyId, connectionIds: [], now: new Date() })).toEqual(new Map());
  });

  it('the least that is left of a provider’s limit is told by kind of access, as long as what it said holds', async () => {
    const delivering = async (kind: string) => {
      const at = await owner();
      const { tokenId } = await stores.app.credentials.stage({ ...at, kind, values: {} }, by);
      await stores.app.credentials.activate(tokenId);
      return at;
    };
    const told = async () => new Map((await stores.app.counts.leastHeadroom()).map(({ access, share }) => [access, share]));
    for (const remaining of [70, 25, 90])
      await stores.app.health.sawQuota({ ...(await delivering('consent')), name: 'day', limit: 100, remaining });
    await stores.app.health.sawQuota({ ...(await delivering('key')), name: 'day', limit: 1_000, remaining: 990 });
    const over = await delivering('over');
    await stores.app.health.sawQuota({ ...over, name: 'two seconds', limit: 40, remaining: 0 });
    await stores.appDb.query(
      'UPDATE integration_vitals SET quota_at = quota_at - INTERVAL 3 SECOND WHERE connection_id = :connectionId',
      { replacements: over },
    );
    expect(await told()).toEqual(
      new Map([
        ['consent', 0.25],
        ['key', 0.99],
      ]),
    );
    const paused = await delivering('paused');
    await stores.app.health.sawQuota({ ...paused, name: 'day', limit: 100, remaining: 0 });
    expect((await told()).get('paused')).toBe(0);
    await stores.app.connections.setState(paused.connectionId, 'paused', 'Paused.', 'test');
    expect((await told()).has('paused')).toBe(false);
  });
});
