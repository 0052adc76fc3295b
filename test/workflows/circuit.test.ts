/** A provider that is down is asked by few, and everything goes on by itself when it is back. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ActivityDeps } from '../../activities/deps.ts';
import { openConnection } from '../../activities/provider-call.ts';
import { circuitPolicy } from '../../domain/circuit.ts';
import { circuitsOf } from '../harness/circuits.ts';
import { connectProvider } from '../harness/connect-provider.ts';
import { commandsOf } from '../harness/connector.ts';
import { send, sendsAsked } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { askedOf, breakTwilio, connect, connectAhead, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

const policy = { ...circuitPolicy, firstOpenMs: 300, maxOpenMs: 600 };
/** From the provider's return to the next probe, and some for a busy machine. */
const promisedMs = policy.maxOpenMs + 5_000;

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine({ circuits: policy });
  connections = await connectAhead(engine, 5);
}, 120_000);
afterAll(() => engine.stop());

/** Another process, with counts of its own. */
const anotherProcess = (): ActivityDeps => ({ ...engine.deps, circuits: circuitsOf(engine.app, policy) });

async function ask(deps: ActivityDeps, connectionId: string): Promise<'answered' | string> {
  const { provider, call } = await openConnection(deps, connectionId);
  try {
    await call((context) => provider.check(context));
    return 'answered';
  } catch (error) {
    return (error as { type: string }).type;
  }
}
interface Load {
  lanes: number;
  ms: number;
  /** Of each lane: a busy machine goes on for longer. */
  triesMin?: number;
}

/** As fast as it goes, for `ms`, in `lanes` at once; how often it was tried. */
async function load(deps: ActivityDeps, connectionId: string, { lanes, ms, triesMin = 0 }: Load): Promise<number> {
  const endMs = performance.now() + ms;
  const lane = async () => {
    let tried = 0;
    for (; performance.now() < endMs || tried < triesMin; tried += 1) {
      await ask(deps, connectionId);
      await sleep(5);
    }
    return tried;
  };
  return (await Promise.all(Array.from({ length: lanes }, lane))).reduce((sum, tried) => sum + tried, 0);
}
async function takeAway(connectionId: string): Promise<void> {
  // However few calls a busy machine makes of it at first.
  await until(
    async () => {
      await load(engine.deps, connectionId, { lanes: 4, ms: 100 });
      return circuitOf(connectionId);
    },
    (circuit) => circuit?.state === 'open',
  );
}
const circuitOf = async (connectionId: string) => (await engine.app.circuits.read([connectionId])).get(connectionId);
const untilClosed = (connectionId: string) =>
  until(
    () => circuitOf(connectionId),
    (circuit) => circuit?.state === 'closed',
    promisedMs,
  );
const heal = () => engine.sandbox.control('twilio', 'clearFaults', {});
const changesOf = async ({ companyId, connectionId }: Pick<Launched, 'companyId' | 'connectionId'>) =>
  (await engine.app.audit.list({ companyId, limit: 200 })).items
    .filter(({ action, subject }) => action.startsWith('circuit.') && subject === connectionId)
    .map(({ action }) => action);

describe('a provider that is down under load', () => {
  it('is asked by few calls of all processes together, and recovers by itself in the promised time', async () => {
    const launched = connections.next();
    const { connectionId } = launched;
    await breakTwilio(engine, launched, '', { kind: 'status500', times: 100_000 });
    const before = (await askedOf(engine, launched)).length;
    const lanes = 4;
    const begun = performance.now();
    const tried = await Promise.all(
      [engine.deps, anotherProcess()].map((deps) => load(deps, connectionId, { lanes, ms: 3_000, triesMin: 30 })),
    );
    const tookMs = performance.now() - begun;
    const reached = (await askedOf(engine, launched)).length - before;
    // Each process needs its own `callsMin`, has some under way at that moment, and begins some while that is written down; then
    // there is one probe at a time.
    const probesMax = Math.ceil(tookMs / policy.firstOpenMs);
    expect(tried[0]! + tried[1]!).toBeGreaterThan(2 * reached);
    expect(reached).toBeLessThanOrEqual(2 * (policy.callsMin + 2 * lanes) + probesMax);
    expect(await circuitOf(connectionId)).toMatchObject({ reason: expect.stringContaining('Twilio') });
    expect(await engine.app.circuits.countOpen()).toBe(1);

    await heal();
    await untilClosed(connectionId);
    expect(await ask(engine.deps, connectionId)).toBe('answered');
    expect(await changesOf(launched)).toEqual(['circuit.close', 'circuit.open']);
    const lines = engine.logLines.filter((line) => line.includes(connectionId) && line.includes('"event":"circuit"'));
    expect(lines.length).toBeGreaterThan(0);
  });

  it('is told of in the connection’s answer, with its next try', async () => {
    const launched = connections.next();
    const { connectionId, companyId } = launched;
    const { key } = await engine.app.apiKeys.create(
      { companyId, role: 'operator', label: 'Operator', userId: null },
      { actor: 'test' },
    );
    engine.canaries.add(key);
    await engine.app.circuits.trip(launched, '9 of 9 calls had no answer.', circuitPolicy);
    const answer = await fetch(`${engine.url}/v1/connections/${connectionId}`, { headers: { authorization: `Bearer ${key}` } });
    const { circuit } = (await answer.json()) as { circuit: Record<string, string> };
    expect(circuit).toMatchObject({ state: 'open', reason: '9 of 9 calls had no answer.' });
    expect(circuit['sentence']).toContain(circuit['nextProbeAt']);
    expect(await (await fetch(`${engine.url}/metrics`)).text()).toMatch(/^linkwright_circuit_open [1-9]/m);
    await engine.app.circuits.close(connectionId, 'Enough.');
  });

  it('holds nothing up for good: what waits for it goes on by itself, a message once', async () => {
    const launched = connections.next();
    const values = { accessToken: `pat-na1-${randomUUID()}`, clientSecret: randomUUID() };
    const hubspot = <T>(verb: string, input: object) => engine.sandbox.control<T>('hubspot', verb, { ...input });
    const { portalId } = await hubspot<{ portalId: number }>('createPortal', { privateToken: values.accessToken });
    const deals = await connectProvider(engine, { providerKey: 'hubspot', kind: 'api_key', values });
    await breakTwilio(engine, launched, '', { kind: 'status500', times: 100_000 });
    await hubspot('fault', { kind: 'status500', match: { path: '/crm' }, times: 100_000 });
    await hubspot('fault', { kind: 'status500', match: { path: '/account-info' }, times: 100_000 });
    await Promise.all([takeAway(launched.connectionId), takeAway(deals.connectionId)]);

    const asked = await sendsAsked(engine, launched);
    const sending = await send(engine, launched);
    await hubspot('createDeal', {
      portalId,
      properties: { dealname: 'Roof', dealstage: 'appointmentscheduled', pipeline: 'default' },
    });
    const url = `${engine.url}/webhooks/hubspot/${deals.connectionId}`;
    await hubspot('sendWebhooks', { portalId, clientSecret: values.clientSecret, url });
    const waiting = () => engine.traffic.events.countWaiting(deals.connectionId);
    await sleep(policy.maxOpenMs);
    // The message may have been the probe itself, and then went out once, in vain.
    expect((await sendsAsked(engine, launched)) - asked).toBeLessThanOrEqual(1);
    expect(await waiting()).toBeGreaterThan(0);

    await Promise.all([heal(), hubspot('clearFaults', {})]);
    await untilClosed(deals.connectionId);
    // Nobody but the circuit's closing wakes the drain: no further webhook comes.
    await until(waiting, (count) => count === 0, promisedMs);
    await untilClosed(launched.connectionId);
    await sending.ends();
    expect(await sending.atTwilio()).toHaveLength(1);
  });

  it('uses up no rung of a page’s ladder: what is tried meanwhile counts no attempt, and the page is read when it is back', async () => {
    const launched = await connect(engine, { policy: { retryLadderMs: [50, 50] } });
    const { connectionId } = launched;
    const commands = commandsOf(engine, launched);
    const itemOf = async () => (await engine.app.errorQueue.list({ connectionId, limit: 10 })).items[0];
    await breakTwilio(engine, launched, '', { kind: 'status500', times: 100_000 });
    await takeAway(connectionId);
    await commands.syncNow('messages');
    const first = await until(itemOf, (item) => item?.state === 'pending' && item.nextAttemptAt !== null);
    expect(first).toMatchObject({ kind: 'page', code: 'provider_unavailable', attempts: 1 });
    // More tries than the ladder has rungs: by itself, and by runs that come as they always do.
    for (let seen = first!, tries = 0; tries < 4; tries += 1) {
      if (tries % 2 === 1) await commands.syncNow('messages');
      await commands.idle();
      const before = seen;
      seen = (await until(itemOf, (item) => item?.state === 'pending' && item.nextAttemptAt! > before.nextAttemptAt!))!;
    }
    expect(await circuitOf(connectionId)).not.toMatchObject({ state: 'closed' });
    expect(await itemOf()).toMatchObject({ id: first!.id, attempts: 1 });

    await heal();
    await until(itemOf, (item) => item?.state === 'resolved');
    expect(await itemOf()).toMatchObject({ id: first!.id, attempts: 1, closedBy: 'engine' });
  });

  it.each(['revoked', 'status429'])('does not count as down for answering %s', async (kind) => {
    const launched = connections.next();
    await breakTwilio(engine, launched, '', { kind, times: 100_000, retryAfterS: 1 });
    await load(engine.deps, launched.connectionId, { lanes: 4, ms: 300 });
    expect(await circuitOf(launched.connectionId)).toBeUndefined();
    await heal();
  });
});
