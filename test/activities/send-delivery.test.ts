/** Two attempts at one message, and what each may do while the other may still live. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defaultActivityInfo, MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities/index.ts';
import type { SendResult } from '../../activities/delivery.ts';
import type { ActivityDeps } from '../../activities/deps.ts';
import { sendsAsked } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { breakTwilio, connectAhead, quickPolicy, type Launched } from '../harness/scene.ts';
import { freshNumber } from '../harness/twilio-account.ts';

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 6);
}, 120_000);
afterAll(() => engine.stop());

async function store({ connectionId, companyId, account }: Launched): Promise<string> {
  const { id } = await engine.app.deliveries.create(
    {
      companyId,
      connectionId,
      templateId: null,
      variables: {},
      from: account.number,
      to: freshNumber(),
      body: 'Hi',
      segments: 1,
    },
    { actor: 'test' },
  );
  return id;
}

/** One attempt, run by itself; `attempt` is how often Temporal has tried, `on` what happens on the way. */
function attempt(
  { connectionId, companyId, providerKey }: Launched,
  deliveryId: string,
  { attempt: number = 1, on = {}, beats = [] }: { attempt?: number; on?: Partial<ActivityDeps>; beats?: unknown[] } = {},
): Promise<SendResult> {
  const temporal = new MockActivityEnvironment({ ...defaultActivityInfo, attempt: number });
  temporal.on('heartbeat', (detail) => beats.push(detail));
  const policy = { ...quickPolicy.delivery, lookAfterMs: 0 };
  const { sendDelivery } = createActivities({ ...engine.deps, ...on });
  return temporal.run(sendDelivery, { connectionId, companyId, providerKey, deliveryId, policy, slotAtMs: 0 });
}

/** Lets nobody on until two are there. */
function meetingOfTwo(): () => Promise<void> {
  let arrived = 0;
  let open: () => void;
  const both = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    arrived += 1;
    if (arrived === 2) open();
    await both;
  };
}

const statusOf = async (id: string) => (await engine.app.deliveries.find(id))!.status;

describe('an attempt that Temporal has given up', () => {
  it('may still have its request under way: the next one does not look until that is over', async () => {
    const launched = connections.next();
    const id = await store(launched);
    await engine.app.deliveries.claim(id);
    const waits = await attempt(launched, id, { attempt: 2 });
    expect(waits).toMatchObject({ next: 'wait', mayBeOut: true });
    expect((waits as { waitMs: number }).waitMs).toBeGreaterThan(30_000);
    expect(await sendsAsked(engine, launched)).toBe(0);
  });

  it('cannot be overtaken twice: of two that look at once, one sends', async () => {
    const launched = connections.next();
    const id = await store(launched);
    await engine.app.deliveries.claim(id);
    const { deliveries } = engine.app;
    const meet = meetingOfTwo();
    // Asked at the end of a look: neither goes on before both have looked.
    const looking = {
      ...deliveries,
      async claimedExternalIds(...given: Parameters<typeof deliveries.claimedExternalIds>) {
        await meet();
        return deliveries.claimedExternalIds(...given);
      },
    };
    const on = { app: { ...engine.app, deliveries: looking } };
    const both = await Promise.all([attempt(launched, id, { on }), attempt(launched, id, { on })]);
    expect(both.map(({ next }) => next).toSorted()).toEqual(['await_status', 'wait']);
    expect(await sendsAsked(engine, launched)).toBe(1);
  });

  it('and was frozen after its claim sends nothing when it is thawed', async () => {
    const launched = connections.next();
    const id = await store(launched);
    const { deliveries } = engine.app;
    const now = performance.now.bind(performance);
    const thawed = {
      ...deliveries,
      async claim(claimed: string) {
        const number = await deliveries.claim(claimed);
        performance.now = () => now() + 60_000;
        return number;
      },
    };
    try {
      const answer = await attempt(launched, id, { on: { app: { ...engine.app, deliveries: thawed } } });
      expect(answer).toMatchObject({ next: 'wait', mayBeOut: true });
    } finally {
      performance.now = now;
    }
    expect(await sendsAsked(engine, launched)).toBe(0);
    expect(await attempt(launched, id)).toMatchObject({ next: 'await_status' });
    expect(await sendsAsked(engine, launched)).toBe(1);
  });
});

it('gives a sign of life while it looks, so that a look of many pages is not taken for a dead worker', async () => {
  const launched = connections.next();
  const id = await store(launched);
  await engine.app.deliveries.claim(id);
  const beats: unknown[] = [];
  await attempt(launched, id, { beats });
  expect(beats).toHaveLength(1);
});

it('does not use up its attempts within seconds when the provider says again and again to come back in one', async () => {
  const launched = connections.next();
  const id = await store(launched);
  const delays: unknown[] = [];
  for (const number of [1, 2, 6]) {
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'status429', method: 'POST', times: 1, retryAfterS: 1 });
    const refused = await attempt(launched, id, { attempt: number }).catch((error: unknown) => error);
    delays.push((refused as { nextRetryDelay?: unknown }).nextRetryDelay);
  }
  expect(delays).toEqual([1_000, 3_000, 243_000]);
});

it('does not send a message again, of which nothing was found, to a person who has opted out meanwhile', async () => {
  const launched = connections.next();
  const { connectionId, companyId } = launched;
  const id = await store(launched);
  await engine.app.deliveries.claim(id);
  const { to: address } = (await engine.app.deliveries.find(id))!;
  await engine.app.optOuts.record({ connectionId, companyId, address, state: 'out', source: 'keyword', at: new Date() });
  expect(await attempt(launched, id)).toEqual({ next: 'ended', status: 'blocked' });
  expect(await statusOf(id)).toBe('blocked');
  expect(await sendsAsked(engine, launched)).toBe(0);
});
