/** A source is away, and people step in: by hand for its values until it is back, by other ways for its messages. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Card } from '../../domain/card.ts';
import { clearOfMidnight } from '../harness/clock.ts';
import { commandsOf } from '../harness/connector.ts';
import { plan, send, sendsAsked } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { breakTwilio, connect, connectAhead, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

await clearOfMidnight();
let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 6);
}, 120_000);
afterAll(() => engine.stop());

const today = new Date().toISOString().slice(0, 10);
const monthAgo = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
const period = { periodStart: monthAgo, periodEnd: today, reason: 'Counted at the front desk.' };

/** The API as an operator and as a client call it. */
async function callersOf({ companyId, connectionId }: Launched) {
  const keyOf = async (role: 'client' | 'operator') =>
    (await engine.app.apiKeys.create({ companyId, role, label: role }, { actor: 'test' })).key;
  const [client, operator] = [await keyOf('client'), await keyOf('operator')];
  const call = async (key: string, method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const answer = await fetch(`${engine.url}/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
    return { status: answer.status, body: (await answer.json()) as any };
  };
  const path = `/connections/${connectionId}`;
  return {
    enter: (body: object) => call(operator, 'POST', `${path}/manual-values`, { ...period, ...body }),
    handBack: (body: object = {}) => call(operator, 'POST', `${path}/manual-values/hand-back`, body),
    standing: async () => (await call(operator, 'GET', `${path}/manual-values`)).body.items,
    reconciliations: async () => (await call(operator, 'GET', `${path}/reconciliations`)).body.items,
    message: async (id: string) => (await call(operator, 'GET', `/messages/${id}`)).body,
    fallBack: (id: string, body: object) => call(operator, 'POST', `/messages/${id}/fall-back`, body),
    async card(title: string): Promise<Card> {
      const { body } = await call(client, 'GET', `/companies/${companyId}/portal/cards?connectionId=${connectionId}`);
      return body.items.find((card: Card) => card.title === title);
    },
  };
}

async function away(launched: Launched) {
  const commands = commandsOf(engine, launched);
  await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET' });
  await commands.tellFailedRun('permission_missing');
  await commands.reaches('degraded');
  return commands;
}
const back = ({ account }: Launched) => engine.sandbox.control('twilio', 'clearFaults', { accountSid: account.accountSid });

const delivered = 'Text messages delivered';
const received = 'Text messages received';
const rate = 'Delivery rate of text messages';

describe('values by hand', () => {
  it('are entered several at once or not at all, end by themselves, and give way to the source with a row for each', async () => {
    const launched = connections.next();
    const api = await callersOf(launched);
    expect(await api.enter({ metricKey: 'messages_delivered', value: '3' })).toMatchObject({ status: 409 });
    const own = await api.card(delivered);
    const commands = await away(launched);
    const refused = await api.enter({
      values: [
        { metricKey: 'messages_delivered', value: '3.5' },
        { metricKey: 'delivery_rate', value: '140' },
        { metricKey: 'deals_won', value: '1' },
      ],
    });
    expect(refused.status).toBe(400);
    expect(refused.body.error.issues.map(({ path }: { path: string }) => path)).toEqual([
      'values.0.value',
      'values.1.value',
      'values.2.metricKey',
    ]);

    const endsInMs = 5_000;
    const entered = await api.enter({
      values: [
        { metricKey: 'messages_delivered', value: '210' },
        { metricKey: 'delivery_rate', value: '97.5' },
      ],
      expiresAt: new Date(Date.now() + endsInMs).toISOString(),
    });
    expect(entered).toMatchObject({
      status: 200,
      body: { verdict: 'accepted', snapshotIds: [expect.any(String), expect.any(String)] },
    });
    expect((await api.enter({ metricKey: 'messages_received', value: '4' })).body.verdict).toBe('accepted');
    expect(await api.card(delivered)).toMatchObject({
      current: { value: '210', date: today },
      enteredByPerson: true,
      status: 'entered_by_person',
      period: `${monthAgo} to ${today}`,
    });
    expect((await api.card(rate)).current).toEqual({ value: '97.5', date: today });
    expect((await commands.status()).state).toBe('manual_fallback');

    // Nothing runs: only the clock goes on.
    const ended = await until(
      () => api.card(delivered),
      ({ enteredByPerson }) => !enteredByPerson,
    );
    expect(ended).toMatchObject({
      current: own.current,
      status: 'delayed',
      statusSentence: 'Updates are delayed; the value that a person entered has ended, and the last good value is shown.',
    });
    expect(await api.card(received)).toMatchObject({ current: { value: '4' }, enteredByPerson: true });
    expect((await api.standing()).map(({ standing }: { standing: string }) => standing)).toEqual(['ended', 'ended', 'shown']);

    await back(launched);
    await commands.syncNow('messages');
    await commands.reaches('active');
    const rows = await until(api.reconciliations, (found: { metricKey: string; sentence: string }[]) => found.length === 3);
    const row = rows.find(({ metricKey }) => metricKey === 'messages_delivered')!;
    expect(row).toMatchObject({
      manualValue: '210',
      isLarge: true,
      handedBackBy: 'engine',
      periodStart: monthAgo,
      periodEnd: today,
    });
    expect(row.sentence).toContain('Find out which one is right');
    expect(await api.card(delivered)).toMatchObject({
      enteredByPerson: false,
      status: 'current',
      statusSentence: expect.stringMatching(
        /^Up to date\. On \d+ \w+ the value was entered by a person; the source has since confirmed/,
      ),
    });
    const differs = async () => {
      const { items } = await engine.app.tasks.list({ companyId: launched.companyId, open: true, limit: 20 });
      return items.filter(({ cause }) => cause === 'manual_value_differs').map(({ sentence }) => sentence);
    };
    const asked = await until(differs, (sentences) => sentences.length > 0);
    expect(asked.join('\n')).toContain('a person entered 210, the source says 2');
  });

  it('are handed back by a person before the source is, and compared all the same when it is', async () => {
    const launched = connections.next();
    const api = await callersOf(launched);
    const commands = await away(launched);
    await api.enter({ values: [{ metricKey: 'messages_delivered', value: '8' }, { metricKey: 'messages_received', value: '4' }] }); // prettier-ignore
    expect((await api.handBack({ metricKeys: ['messages_received'] })).body).toMatchObject({
      verdict: 'accepted',
      handedBack: 1,
    });
    expect((await commands.status()).state).toBe('manual_fallback');
    expect((await api.handBack()).body).toMatchObject({ verdict: 'accepted', handedBack: 1 });
    expect((await commands.status()).state).toBe('degraded');
    expect(await api.card(delivered)).toMatchObject({ enteredByPerson: false, status: 'delayed' });
    expect(await api.handBack()).toMatchObject({
      status: 409,
      body: { error: { message: expect.stringContaining('No value') } },
    });
    await back(launched);
    await commands.syncNow('messages');
    await commands.reaches('active');
    expect(await until(api.reconciliations, (found: unknown[]) => found.length === 2)).toHaveLength(2);
  });

  it('stand in place of what is under review while the connection delivers, until the source is believed', async () => {
    const launched = connections.next();
    const { companyId, connectionId } = launched;
    const api = await callersOf(launched);
    const commands = commandsOf(engine, launched);
    const held = { companyId, connectionId, metricKey: 'messages_delivered', sentence: 'It would be 0.' } as const;
    await engine.app.heldValues.hold({ ...held, value: '0', currency: null, leftOut: 0, at: new Date() });
    expect(await api.enter({ metricKey: 'messages_received', value: '4' })).toMatchObject({ status: 409 });
    expect((await api.enter({ metricKey: 'messages_delivered', value: '2' })).body.verdict).toBe('accepted');
    expect((await commands.status()).state).toBe('active');
    expect(await api.card(delivered)).toMatchObject({
      current: { value: '2' },
      status: 'entered_by_person',
      statusSentence: 'This value was entered by a person while the newest one of the source is under review.',
    });
    // The next good run computes a plausible value, so that nothing is under review any more.
    await commands.syncNow('messages');
    await until(
      () => api.card(delivered),
      ({ enteredByPerson }) => !enteredByPerson,
    );
    expect(await api.reconciliations()).toMatchObject([{ manualValue: '2' }]);
  });
});

describe('in place of a message', () => {
  const openTasks = async ({ companyId }: Launched) =>
    (await engine.app.tasks.list({ companyId, open: true, limit: 20 })).items.map(({ subject }) => subject);
  async function undelivered(launched: Launched, fallbackWithinMs = 60_000) {
    await plan(engine, launched, [{ status: 'undelivered', delayMs: 50, errorCode: 30_003 }]);
    const sending = await send(engine, launched, { policy: { fallbackWithinMs } });
    await until(
      () => openTasks(launched),
      (subjects) => subjects.includes(sending.deliveryId),
    );
    return sending;
  }

  it('that reached nobody, a person phones: its workflow waits for that in sight, and the card counts it as no delivery', async () => {
    const launched = connections.next();
    const api = await callersOf(launched);
    const before = await api.card(delivered);
    const sending = await undelivered(launched);
    const waiting = await until(
      () => sending.handle.describe(),
      ({ status }) => status.name === 'RUNNING',
    );
    expect(waiting.status.name).toBe('RUNNING');
    const offered = await api.message(sending.deliveryId);
    expect(offered).toMatchObject({ status: 'undelivered', fallback: null });
    expect(offered.options.map(({ key }: { key: string }) => key)).toEqual(['phoned', 'given_up']);

    expect((await api.fallBack(sending.deliveryId, { how: 'phoned' })).body.error.issues).toMatchObject([{ path: 'words' }]);
    expect(await api.fallBack(sending.deliveryId, { how: 'other_connection', words: 'x' })).toMatchObject({ status: 409 });
    const words = `Told her on ${sending.to} that we come at noon.`;
    const answer = await until(
      () => api.fallBack(sending.deliveryId, { how: 'phoned', words }),
      ({ status }) => status === 200,
    );
    expect(answer.body).toMatchObject({ verdict: 'accepted', fallbackId: expect.stringMatching(/^fall_/) });
    expect(await sending.ends()).toEqual({ status: 'undelivered' });
    const told = await api.message(sending.deliveryId);
    expect(told).toMatchObject({ status: 'undelivered', options: [], fallback: { how: 'phoned', progress: 'done' } });
    expect(told.fallback.words).toBe(`Told her on ••••${sending.to.slice(-4)} that we come at noon.`);
    expect(await openTasks(launched)).toEqual([]);
    expect(await api.fallBack(sending.deliveryId, { how: 'given_up', words: 'x' })).toMatchObject({ status: 409 });
    const card = await api.card(delivered);
    expect(card.current!.value).toBe(before.current!.value);
    expect(card.statusSentence).toContain('Not in it: 1 person who was phoned instead.');
  });

  it('the company’s other connection sends it, once, also when nobody waits for it any more', async () => {
    const launched = connections.next();
    const other = await connect(engine, { company: launched.company });
    const api = await callersOf(launched);
    const sending = await undelivered(launched, 1);
    expect(await sending.ends()).toEqual({ status: 'undelivered' });
    const { options } = await api.message(sending.deliveryId);
    expect(options[0]).toMatchObject({ key: 'other_connection', connections: [{ id: other.connectionId }] });
    const choice = { how: 'other_connection', connectionId: other.connectionId };
    expect((await api.fallBack(sending.deliveryId, choice)).body.verdict).toBe('accepted');
    const { fallback } = await until(
      () => api.message(sending.deliveryId),
      (message) => message.fallback?.progress === 'done',
    );
    const replacement = await until(
      () => engine.app.deliveries.find(fallback.otherMessageId),
      (found) => found?.status === 'delivered',
    );
    expect(replacement).toMatchObject({ connectionId: other.connectionId, to: sending.to, from: other.account.number });
    expect(await sendsAsked(engine, other)).toBe(1);
    expect(await openTasks(launched)).toEqual([]);
  });

  it('of which nobody knows, a person phones, and it is sent no more', async () => {
    const launched = connections.next();
    const api = await callersOf(launched);
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'reset_before', method: 'POST', times: 1 });
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'revoked', method: 'GET', times: 1 });
    const sending = await send(engine, launched);
    await until(
      () => openTasks(launched),
      (subjects) => subjects.length === 1,
    );
    const { options } = await api.message(sending.deliveryId);
    expect(options.map(({ key }: { key: string }) => key)).toEqual(['was_sent', 'send_again', 'phoned', 'given_up']);
    await until(
      () => api.fallBack(sending.deliveryId, { how: 'phoned', words: 'She knows.' }),
      ({ status }) => status === 200,
    );
    expect(await sending.ends()).toEqual({ status: 'cancelled' });
    expect(await sending.atTwilio()).toEqual([]);
    expect(await openTasks(launched)).toEqual([]);
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  expect(await engine.leaks()).toEqual([]);
});
