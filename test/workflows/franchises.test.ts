import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { twilio } from '../../providers/twilio/index.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { beginOnboarding, confirmSteps, createCompany, type Started } from '../harness/scene.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { until } from '../harness/until.ts';

const by = { actor: 'user_admin' };
const person = '+14155550177';
const recipient = freshNumber();

let engine: Engine;
let central: Started;
let numbers: { north: string; south: string; nobody: string };
let [north, south] = ['', ''];

/** A central company's account with a number for each of two franchises, and one that no key names yet. */
beforeAll(async () => {
  engine = await startEngine();
  const company = await createCompany(engine);
  const franchise = async (name: string) =>
    (await engine.app.companies.create({ name, timeZone: 'UTC', parentCompanyId: company.companyId }, by)).id;
  [north, south] = [await franchise('North'), await franchise('South')];
  numbers = { north: freshNumber(), south: freshNumber(), nobody: freshNumber() };
  const { sid, authToken } = await engine.sandbox.control<{ sid: string; authToken: string }>('twilio', 'createAccount', {
    numbers: Object.values(numbers).map((phoneNumber) => ({ phoneNumber })),
    messages: 10,
    messageDays: 1,
  });
  engine.canaries.add(authToken).add(numbers.north).add(numbers.south).add(numbers.nobody).add(person);
  central = await beginOnboarding(engine, { company, account: { accountSid: sid, authToken, number: numbers.north } });
  await confirmSteps(central, ['access', 'records']);
  const { mapping } = twilio.streams['messages']!;
  const { connectionId } = central;
  const companyField = { source: 'from', sourceWhenInbound: 'to' };
  await engine.app.mappings.publish({ connectionId, mapping: { ...mapping, companyField } }, by);
  const keys = [
    { value: numbers.north, companyId: north },
    { value: numbers.south, companyId: south },
  ];
  await engine.app.franchiseKeys.change({ connectionId, keys }, by);
  await confirmSteps(central, ['mapping', 'test_run', 'baseline', 'launch']);
  await central.onboarding.result();
}, 120_000);
afterAll(() => engine.stop());

const messages = async () => (await engine.app.records.messages({ connectionId: central.connectionId, limit: 100 })).items;
const ownerOf = async (body: string) => (await messages()).find((row) => row.body === body)?.companyId;
const share = async (companyId: string) => (await engine.app.shares.of(central.connectionId, 'messages_received')).get(companyId);
const queue = async () =>
  (await engine.app.errorQueue.list({ connectionId: central.connectionId, limit: 50 })).items.filter(
    ({ state }) => state === 'pending',
  );
const customerTexts = (to: string, body: string) =>
  engine.sandbox.control('twilio', 'inbound', {
    to,
    from: person,
    body,
    url: `${engine.url}/webhooks/twilio/${central.connectionId}`,
  });
async function retry(itemId: string, rawEventId: string) {
  await engine.app.errorQueue.retry(itemId, by);
  expect(await engine.traffic.events.requeue(central.connectionId, rawEventId)).toBe(true);
  await engine.deps.temporal.wakeEvents(central);
}

describe('A connection that franchises feed', () => {
  it('gives each record of a page to the franchise that it names', async () => {
    const rows = await messages();
    expect(rows).toHaveLength(10);
    expect(new Set(rows.map(({ companyId }) => companyId))).toEqual(new Set([north]));
    expect(await share(north)).toBe('3');
    expect(await share(south)).toBe('0');
  });

  it('gives what a webhook tells to the franchise that was written to', async () => {
    await customerTexts(numbers.south, 'Hello South');
    expect(await until(() => ownerOf('Hello South'))).toBe(south);
    await until(() => share(south), (value) => value === '1'); // prettier-ignore
    expect(await share(north)).toBe('3');
  });

  it('keeps what names no franchise in the queue, heeds its STOP, and applies it once the key is there and it is retried', async () => {
    await customerTexts(numbers.nobody, 'STOP');
    const [item] = await until(queue, (items) => items.length === 1);
    expect(item).toMatchObject({
      kind: 'event',
      code: 'record_rejected',
      sentence: expect.stringContaining(`to is "${numbers.nobody}", which names no franchise: add it`),
    });
    expect(await engine.app.optOuts.isOptedOut(central.connectionId, person)).toBe(true);
    expect(await ownerOf('STOP')).toBeUndefined();

    await retry(item!.id, item!.rawEventId!);
    await until(() => engine.app.errorQueue.find(item!.id), (found) => found?.attempts === 2); // prettier-ignore
    const keys = [{ value: numbers.nobody, companyId: south }];
    await engine.app.franchiseKeys.change({ connectionId: central.connectionId, keys }, by);
    await retry(item!.id, item!.rawEventId!);
    expect(await until(() => ownerOf('STOP'))).toBe(south);
    await until(() => engine.app.errorQueue.find(item!.id), (found) => found?.state === 'resolved'); // prettier-ignore
    await until(() => share(south), (value) => value === '2'); // prettier-ignore
  });

  it('does the same for a record of a sync, which the key itself retries, and leaves with its franchise what a later page no longer names', async () => {
    const { connectionId } = central;
    const keys = [
      { value: numbers.north, companyId: null },
      { value: numbers.nobody, companyId: null },
    ];
    await engine.app.franchiseKeys.change({ connectionId, keys }, by);
    const plan = [{ status: 'sent', delayMs: 0 }];
    await engine.sandbox.control('twilio', 'setCallbacks', { accountSid: central.account.accountSid, plan });
    const sent = await fetch(`${engine.sandbox.url}/twilio/2010-04-01/Accounts/${central.account.accountSid}/Messages.json`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${central.account.accountSid}:${central.account.authToken}`).toString('base64')}`,
      },
      body: new URLSearchParams({ From: numbers.nobody, To: recipient, Body: 'From nobody' }),
    });
    expect(sent.status).toBe(201);
    await until(
      () => engine.sandbox.control<{ status: string }[]>('twilio', 'messages', { accountSid: central.account.accountSid }),
      (all) => all.at(-1)?.status === 'sent',
    );
    engine.canaries.add(recipient).add('From nobody');
    const [job] = (await engine.app.jobs.list(connectionId)).filter(({ stream }) => stream === 'messages');
    const run = await engine.client.workflow.execute('syncRun', {
      workflowId: `sync:${job!.id}:franchises`,
      taskQueue: 'sync',
      args: [{ ...central, company: undefined, account: undefined, onboarding: undefined, jobId: job!.id, trigger: 'manual' }],
    });
    // The ten of North are known, and stay North's though its key is gone.
    expect(run).toMatchObject({ outcome: 'succeeded', counts: { failed: 1, created: 0 } });
    const [item] = await until(queue, (items) => items.length === 1);
    expect(item).toMatchObject({ kind: 'record', sentence: expect.stringContaining(`from is "${numbers.nobody}"`) });
    expect((await messages()).filter(({ companyId }) => companyId === north)).toHaveLength(10);

    const { key } = await engine.app.apiKeys.create({ companyId: central.companyId, role: 'company_admin', label: 'Admin' }, by);
    const given = await fetch(`${engine.url}/v1/connections/${connectionId}/franchise-keys`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ keys: [{ value: numbers.nobody, companyId: north }] }),
    });
    expect(await given.json()).toMatchObject({ changed: [{ companyId: north, before: null }], retried: 1 });
    expect(await until(() => ownerOf('From nobody'))).toBe(north);
    await until(
      () => engine.app.errorQueue.find(item!.id),
      (found) => found?.state === 'resolved',
    );
  });

  it('keeps no phone number, no token and no message body in any history or log line', async () => {
    engine.canaries.add('Hello South');
    expect(await engine.leaks()).toEqual([]);
  });
});
