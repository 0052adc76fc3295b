import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { plan, send, sendsAsked } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { breakTwilio, connect, connectAhead, createCompany, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 21);
}, 120_000);
afterAll(() => engine.stop());

const deliveryOf = async (id: string) => (await engine.app.deliveries.find(id))!;
const tasksOf = async ({ companyId }: Launched) => (await engine.app.tasks.list({ companyId, open: true, limit: 20 })).items;
const quick = [
  { status: 'sent', delayMs: 50 },
  { status: 'delivered', delayMs: 50 },
];

describe('a message that goes well', () => {
  it('is sent once, and ends as delivered by the provider’s word', async () => {
    const launched = connections.next();
    const sending = await send(engine, launched);
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    expect(await sending.atTwilio()).toMatchObject([{ to: sending.to, body: 'Your technician comes at 14:30' }]);
    expect((await engine.app.deliveries.history(sending.deliveryId)).map(({ status }) => status)).toEqual([
      'queued',
      'sending',
      'accepted',
      'sent',
      'delivered',
    ]);
    expect(await tasksOf(launched)).toEqual([]);
  });

  it('ends as delivered when the callbacks come out of order and more than once', async () => {
    const launched = connections.next();
    await plan(engine, launched, [
      { status: 'delivered', delayMs: 50 },
      { status: 'sent', delayMs: 50 },
      { status: 'delivered', delayMs: 50 },
    ]);
    const sending = await send(engine, launched);
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    await until(
      () => engine.traffic.events.list({ connectionId: launched.connectionId, limit: 10 }),
      ({ items }) => items.some(({ duplicates }) => duplicates === 1),
    );
    expect(await deliveryOf(sending.deliveryId)).toMatchObject({ status: 'delivered' });
  });

  it('is asked after when no callback ever arrives', async () => {
    const launched = connections.next();
    await plan(engine, launched, quick);
    await engine.sandbox.control('twilio', 'setDeliverTo', {
      accountSid: launched.account.accountSid,
      deliverTo: 'http://127.0.0.1:9',
    });
    const sending = await send(engine, launched, { policy: { statusWithinMs: 400 } });
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    expect((await engine.app.deliveries.history(sending.deliveryId)).at(-1)).toMatchObject({
      status: 'delivered',
      source: 'lookup',
    });
  });
});

describe('an answer that is lost', () => {
  it.each(['timeout_after_effect', 'reset_after_effect', 'truncated_json'])(
    'with %s: the message is found at the provider and not sent again',
    async (kind) => {
      const launched = connections.next();
      await plan(engine, launched, [
        { status: 'sent', delayMs: 5_000 },
        { status: 'delivered', delayMs: 50 },
      ]);
      await breakTwilio(engine, launched, '/Messages.json', { kind, method: 'POST', times: 1 });
      const sending = await send(engine, launched);
      const found = await until(
        () => deliveryOf(sending.deliveryId),
        ({ externalId }) => externalId !== null,
      );
      expect(await sending.atTwilio()).toMatchObject([{ sid: found.externalId }]);
      expect(await sending.ends()).toEqual({ status: 'delivered' });
      expect(await sendsAsked(engine, launched)).toBe(1);
      expect((await engine.app.deliveries.history(sending.deliveryId)).map(({ source }) => source)).toContain('lookup');
    },
  );

  it.each(['reset_before', 'status500'])('with %s: nothing is found, and it is sent again, once', async (kind) => {
    const launched = connections.next();
    await plan(engine, launched, quick);
    await breakTwilio(engine, launched, '/Messages.json', { kind, method: 'POST', times: 1 });
    const sending = await send(engine, launched);
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    expect(await sending.atTwilio()).toHaveLength(1);
    expect(await sendsAsked(engine, launched)).toBe(2);
  });

  it('is not mistaken for another message with the same words to the same person', async () => {
    const launched = connections.next();
    await plan(engine, launched, quick);
    const to = freshNumber();
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'reset_before', method: 'POST', times: 1 });
    const first = await send(engine, launched, { to, policy: { lookAfterMs: 2_500 } });
    await until(() => sendsAsked(engine, launched));
    const second = await send(engine, launched, { to });
    expect(await second.ends()).toEqual({ status: 'delivered' });
    expect(await first.ends()).toEqual({ status: 'delivered' });
    const [one, other] = [await deliveryOf(first.deliveryId), await deliveryOf(second.deliveryId)];
    expect(one.externalId).not.toBe(other.externalId);
    expect(await first.atTwilio()).toHaveLength(2);
  });

  it('is settled by a callback that arrives before the look', async () => {
    const launched = connections.next();
    await plan(engine, launched, quick);
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'reset_after_effect', method: 'POST', times: 1 });
    const sending = await send(engine, launched, { policy: { lookAfterMs: 60_000 } });
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    expect(await sending.atTwilio()).toHaveLength(1);
  });
});

describe('a person who opted out', () => {
  it('is remembered from the provider’s refusal, and never asked about again', async () => {
    const launched = connections.next();
    const to = '+15005550004';
    const first = await send(engine, launched, { to });
    expect(await first.ends()).toEqual({ status: 'blocked' });
    expect(await deliveryOf(first.deliveryId)).toMatchObject({ status: 'blocked', errorCode: '21610' });
    expect(await engine.app.optOuts.list({ connectionId: launched.connectionId, limit: 5 })).toMatchObject({
      items: [{ address: to, state: 'out', source: 'provider:21610' }],
    });
    const asked = await sendsAsked(engine, launched);
    expect(await (await send(engine, launched, { to })).ends()).toEqual({ status: 'blocked' });
    expect(await sendsAsked(engine, launched)).toBe(asked);
  });

  it('is remembered also when the refusal comes with the message’s status', async () => {
    const launched = connections.next();
    await plan(engine, launched, [{ status: 'failed', delayMs: 50, errorCode: 21_610 }]);
    const first = await send(engine, launched);
    expect(await first.ends()).toEqual({ status: 'failed' });
    expect(await (await send(engine, launched, { to: first.to })).ends()).toEqual({ status: 'blocked' });
    expect(await sendsAsked(engine, launched)).toBe(1);
  });

  it('by STOP is never sent to, until START', async () => {
    const launched = connections.next();
    await plan(engine, launched, quick);
    const to = freshNumber();
    const text = async (body: string, optedOut: boolean) => {
      const url = `${engine.url}/webhooks/twilio/${launched.connectionId}`;
      const answer = await engine.sandbox.control('twilio', 'inbound', { to: launched.account.number, from: to, body, url });
      expect(answer.status).toBe(200);
      await until(
        () => engine.app.optOuts.isOptedOut(launched.connectionId, to),
        (now) => now === optedOut,
      );
    };
    await text('Stop', true);
    expect(await (await send(engine, launched, { to })).ends()).toEqual({ status: 'blocked' });
    expect(await sendsAsked(engine, launched)).toBe(0);
    await text('START', false);
    expect(await (await send(engine, launched, { to })).ends()).toEqual({ status: 'delivered' });
  });
});

describe('a message that must wait', () => {
  const quietHours = { from: '21:00', to: '08:00' };
  afterAll(() => {
    engine.deps.now = () => new Date();
  });

  it('goes out when the quiet hours of its company end, by the company’s own clock', async () => {
    const launched = await connect(engine, { company: await createCompany(engine, { timeZone: 'Asia/Tokyo' }) });
    await plan(engine, launched, quick);
    // One second before eight in the morning in Tokyo.
    const offsetMs = Date.parse('2027-01-12T22:59:59Z') - Date.now();
    engine.deps.now = () => new Date(Date.now() + offsetMs);
    const startedMs = Date.now();
    const sending = await send(engine, launched, { policy: { quietHours } });
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    const [message] = await sending.atTwilio();
    expect(message!.createdAt.getTime() - startedMs).toBeGreaterThanOrEqual(850);
    engine.deps.now = () => new Date();
  });

  it('says why it waits, and may be cancelled', async () => {
    const launched = connections.next();
    engine.deps.now = () => new Date('2027-01-12T23:00:00Z');
    const sending = await send(engine, launched, { policy: { quietHours } });
    const details = () => sending.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    await until(details, ({ currentDetails }) => currentDetails === 'Quiet hours until 2027-01-13T08:00:00.000Z.');
    engine.deps.now = () => new Date();
    expect(await sending.cancel()).toEqual({ verdict: 'accepted' });
    expect(await sending.ends()).toEqual({ status: 'cancelled' });
    expect(await deliveryOf(sending.deliveryId)).toMatchObject({ status: 'cancelled' });
    expect(await sendsAsked(engine, launched)).toBe(0);
    expect(await tasksOf(launched)).toEqual([]);
  });

  it('takes its sender’s turn: one each second', async () => {
    const launched = connections.next();
    await plan(engine, launched, quick);
    const sendings = [await send(engine, launched), await send(engine, launched), await send(engine, launched)];
    await Promise.all(sendings.map((sending) => sending.ends()));
    const times = (await Promise.all(sendings.map((sending) => sending.atTwilio())))
      .flat()
      .map(({ createdAt }) => createdAt.getTime())
      .toSorted((a, b) => a - b);
    expect(times).toHaveLength(3);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(850);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(850);
  });

  it('waits for as long as a 429 asks, and is sent once', async () => {
    const launched = connections.next();
    await plan(engine, launched, quick);
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'status429', method: 'POST', times: 1, retryAfterS: 1 });
    const startedMs = Date.now();
    const sending = await send(engine, launched);
    expect(await sending.ends()).toEqual({ status: 'delivered' });
    const messages = await sending.atTwilio();
    expect(messages).toHaveLength(1);
    expect(messages[0]!.createdAt.getTime() - startedMs).toBeGreaterThanOrEqual(950);
  });
});

describe('a message that does not arrive', () => {
  it('is somebody’s task, with the reason', async () => {
    const launched = connections.next();
    await plan(engine, launched, [
      { status: 'sent', delayMs: 50 },
      { status: 'undelivered', delayMs: 50, errorCode: 30_003 },
    ]);
    const sending = await send(engine, launched);
    expect(await sending.ends()).toEqual({ status: 'undelivered' });
    expect(await deliveryOf(sending.deliveryId)).toMatchObject({ status: 'undelivered', errorCode: '30003' });
    const [task, ...more] = await tasksOf(launched);
    expect(more).toEqual([]);
    expect(task).toMatchObject({ cause: 'message_undelivered', subject: sending.deliveryId });
    expect(task!.sentence).toContain('The phone could not be reached');
  });

  it.each([
    ['+15005550001', '21211'],
    ['+15005550009', '21614'],
  ])('to %s fails with code %s, without a second attempt', async (to, errorCode) => {
    const launched = connections.next();
    const sending = await send(engine, launched, { to });
    expect(await sending.ends()).toEqual({ status: 'failed' });
    expect(await deliveryOf(sending.deliveryId)).toMatchObject({ status: 'failed', errorCode });
    expect(await sendsAsked(engine, launched)).toBe(1);
    expect(await tasksOf(launched)).toMatchObject([{ cause: 'message_failed' }]);
  });
});

describe('a cancel', () => {
  it('is refused once the message was handed over', async () => {
    const launched = connections.next();
    const sending = await send(engine, launched);
    await until(sending.atTwilio, (messages) => messages.length === 1);
    expect(await sending.cancel()).toMatchObject({ verdict: 'refused' });
    expect(await sending.ends()).toEqual({ status: 'delivered' });
  });

  it('is refused while nobody knows whether the message went out', async () => {
    const launched = connections.next();
    await plan(engine, launched, [
      { status: 'sent', delayMs: 6_000 },
      { status: 'delivered', delayMs: 50 },
    ]);
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'reset_after_effect', method: 'POST', times: 1 });
    const sending = await send(engine, launched, { policy: { lookAfterMs: 4_000 } });
    await until(sending.atTwilio, (messages) => messages.length === 1);
    const details = () => sending.handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    await until(details, ({ currentDetails }) => currentDetails.startsWith('The answer was lost'));
    expect(await sending.cancel()).toMatchObject({ verdict: 'refused' });
    expect(await sending.ends()).toEqual({ status: 'delivered' });
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  expect(await engine.leaks()).toEqual([]);
});
