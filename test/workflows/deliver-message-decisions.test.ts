import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandsOf } from '../harness/connector.ts';
import { plan, send, sendsAsked, type Sending } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { breakTwilio, connectAhead, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 10);
}, 120_000);
afterAll(() => engine.stop());

const deliveryOf = async (id: string) => (await engine.app.deliveries.find(id))!;
const openTasks = async ({ companyId }: Launched) => (await engine.app.tasks.list({ companyId, open: true, limit: 20 })).items;
const openItems = async ({ connectionId }: Launched) =>
  (await engine.app.errorQueue.list({ connectionId, state: 'pending', limit: 20 })).items;

/** The answer to the request is lost, and the look at the provider is refused: nobody can know. */
async function ambiguous(
  fault: 'reset_after_effect' | 'reset_before',
  statuses: { status: string; delayMs: number }[],
  policy: { statusWithinMs?: number } = {},
) {
  const launched = connections.next();
  await plan(engine, launched, statuses);
  await breakTwilio(engine, launched, '/Messages.json', { kind: fault, method: 'POST', times: 1 });
  await breakTwilio(engine, launched, '/Messages.json', { kind: 'revoked', method: 'GET', times: 1 });
  const sending = await send(engine, launched, { policy });
  await until(
    () => openTasks(launched),
    (tasks) => tasks.length === 1,
  );
  return { launched, sending };
}
const decideWhenAsked = (sending: Sending, decision: Parameters<Sending['decide']>[0]) =>
  until(
    () => sending.decide(decision) as Promise<{ verdict: string }>,
    ({ verdict }) => verdict === 'accepted',
  );

describe('a message of which nobody knows whether it went out', () => {
  it('waits, visibly, for a person', async () => {
    const { launched, sending } = await ambiguous('reset_after_effect', []);
    expect(await deliveryOf(sending.deliveryId)).toMatchObject({ status: 'ambiguous' });
    expect(await openTasks(launched)).toMatchObject([{ cause: 'message_waits', subject: sending.deliveryId }]);
    expect(await openItems(launched)).toMatchObject([{ kind: 'delivery', deliveryId: sending.deliveryId }]);
    await decideWhenAsked(sending, 'abandon');
    await sending.ends();
  });

  it('is not sent again when the person found it at the provider', async () => {
    const { launched, sending } = await ambiguous('reset_after_effect', [
      { status: 'sent', delayMs: 6_000 },
      { status: 'delivered', delayMs: 50 },
    ]);
    await decideWhenAsked(sending, 'was_sent');
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    expect(await sendsAsked(engine, launched)).toBe(1);
    expect(await sending.atTwilio()).toHaveLength(1);
    expect([await openTasks(launched), await openItems(launched)]).toEqual([[], []]);
  });

  it('leaves nobody a task when a person vouched for it and the provider never tells more', async () => {
    const { launched, sending } = await ambiguous('reset_after_effect', [], { statusWithinMs: 300 });
    await decideWhenAsked(sending, 'was_sent');
    expect(await sending.ends()).toEqual({ status: 'accepted' });
    expect([await openTasks(launched), await openItems(launched)]).toEqual([[], []]);
  });

  it('is sent again, once, when the person says that it never went out', async () => {
    const { launched, sending } = await ambiguous('reset_before', [
      { status: 'sent', delayMs: 50 },
      { status: 'delivered', delayMs: 50 },
    ]);
    await decideWhenAsked(sending, 'send_again');
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    expect(await sending.atTwilio()).toHaveLength(1);
    expect([await openTasks(launched), await openItems(launched)]).toEqual([[], []]);
  });

  it('is given up when the person says so', async () => {
    const { launched, sending } = await ambiguous('reset_before', []);
    await decideWhenAsked(sending, 'abandon');
    expect(await sending.ends()).toEqual({ status: 'cancelled' });
    expect(await sending.atTwilio()).toEqual([]);
    expect(await deliveryOf(sending.deliveryId)).toMatchObject({ status: 'cancelled' });
    expect([await openTasks(launched), await openItems(launched)]).toEqual([[], []]);
  });

  it('needs nobody any more when the provider’s word arrives after all', async () => {
    const { launched, sending } = await ambiguous('reset_after_effect', [
      { status: 'sent', delayMs: 2_500 },
      { status: 'delivered', delayMs: 50 },
    ]);
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    expect(await sending.atTwilio()).toHaveLength(1);
    expect([await openTasks(launched), await openItems(launched)]).toEqual([[], []]);
  });

  it('cannot be cancelled: it may be on its way', async () => {
    const { sending } = await ambiguous('reset_after_effect', []);
    expect(await sending.cancel()).toMatchObject({ verdict: 'refused' });
    await decideWhenAsked(sending, 'abandon');
    await sending.ends();
  });
});

describe('a message that nobody can send', () => {
  it('waits for a person, and goes out when the credentials are mended', async () => {
    const launched = connections.next();
    const { accountSid } = launched.account;
    const { authToken } = await engine.sandbox.control<{ authToken: string }>('twilio', 'rotateToken', { accountSid });
    engine.canaries.add(authToken);
    const sending = await send(engine, launched);
    await until(
      () => openItems(launched),
      (items) => items.some(({ code }) => code === 'credentials_rejected'),
    );
    expect(await deliveryOf(sending.deliveryId)).toMatchObject({ status: 'queued' });
    await commandsOf(engine, launched).reauthorize({ accountSid, authToken });
    await decideWhenAsked(sending, 'send_again');
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    expect(await sending.atTwilio()).toHaveLength(1);
  });

  it('may be cancelled, because it certainly did not go out', async () => {
    const launched = connections.next();
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'revoked', method: 'POST', times: 1 });
    const sending = await send(engine, launched);
    await until(
      () => openItems(launched),
      (items) => items.length === 1,
    );
    // The item is written a moment before the workflow knows that it waits, and until then it refuses.
    await until(
      () => sending.cancel(),
      (answer) => (answer as { verdict: string }).verdict === 'accepted',
    );
    expect(await sending.ends()).toEqual({ status: 'cancelled' });
    expect([await openTasks(launched), await openItems(launched)]).toEqual([[], []]);
  });
});

it('refuses a decision that nobody asked for', async () => {
  const launched = connections.next();
  const sending = await send(engine, launched);
  expect(await sending.decide('abandon')).toEqual({
    verdict: 'refused',
    reason: 'The message does not wait for a decision: look at its status.',
  });
  expect(await sending.ends()).toEqual({ status: 'delivered' });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  expect(await engine.leaks()).toEqual([]);
});
