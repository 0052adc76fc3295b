/** Temporal may run any activity again, because its answer was lost or its worker died. Each must end the same. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities, type Activities } from '../../activities/index.ts';
import { messageMetrics } from '../../domain/metrics.ts';
import { workflowIds } from '../../domain/workflow-ids.ts';
import { clearOfMidnight } from '../harness/clock.ts';
import { commandsOf } from '../harness/connector.ts';
import { sendsAsked } from '../harness/delivery.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { baselineWords, beginOnboarding, connectAhead, quickPolicy, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

await clearOfMidnight();
let engine: Engine;
let activities: Activities;
let connections: Awaited<ReturnType<typeof connectAhead>>;
const temporal = new MockActivityEnvironment();
beforeAll(async () => {
  engine = await startEngine();
  activities = createActivities(engine.deps);
  connections = await connectAhead(engine, 10);
}, 120_000);
afterAll(() => engine.stop());

function once<Input, Answer>(activity: (input: Input) => Promise<Answer>, input: Input): Promise<Answer> {
  return temporal.run(activity, input);
}

async function twice<Input, Answer>(activity: (input: Input) => Promise<Answer>, input: Input): Promise<[Answer, Answer]> {
  return [await once(activity, input), await once(activity, input)];
}

describe('onboarding, each step done twice', () => {
  it('makes the same rows once', async () => {
    const { connectionId, companyId } = await beginOnboarding(engine);
    const step = { connectionId, by: 'user_admin' };
    await twice(activities.confirmAccess, step);
    await twice(activities.createRecords, step);
    const jobs = await engine.app.jobs.list(connectionId);
    expect(jobs.map(({ stream }) => stream).toSorted()).toEqual(['messages', 'usage']);
    expect(await engine.app.accounts.reaches(connectionId)).toHaveLength(1);
    const [first, second] = await twice(activities.prepareMappings, step);
    expect(second).toEqual(first);
    expect((await engine.app.mappings.list(connectionId)).map(({ version }) => version)).toEqual([1, 1]);
    await twice(activities.writeBaseline, { ...step, ...baselineWords });
    expect(await engine.app.cards.facts({ companyId })).toHaveLength(messageMetrics.length);
    const [launched, again] = await twice(activities.launchConnection, step);
    expect(again).toEqual(launched);
    expect((await engine.app.jobs.list(connectionId)).map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
  });

  it('tells the audit log of a confirmed step once', async () => {
    const { connectionId, companyId } = await beginOnboarding(engine);
    await twice(activities.recordStep, { connectionId, companyId, step: 'access', by: 'user_admin' });
    await once(activities.recordStep, { connectionId, companyId, step: 'records', by: 'user_admin' });
    const { items } = await engine.app.audit.list({ companyId, limit: 50 });
    const told = items.filter(({ subject, action }) => subject === connectionId && action.startsWith('onboarding.'));
    expect(told.map(({ action }) => action)).toEqual(['onboarding.records', 'onboarding.access']);
    expect((await engine.app.audit.verify(companyId)).finding?.sequence ?? null).toBeNull();
  });

  it('is undone once, and undoing nothing is no error', async () => {
    const { connectionId } = await beginOnboarding(engine);
    await twice(activities.undoOnboarding, { connectionId, by: 'user_admin' });
    expect(await engine.app.connections.find(connectionId)).toBeNull();
  });
});

describe('a run', () => {
  it('that is requested twice by one command is one run', async () => {
    const { connectionId } = connections.next();
    const [first, second] = await twice(activities.requestRuns, { connectionId, requestId: 'request_1' });
    expect(first.runs.map(({ status }) => status)).toEqual(['accepted', 'accepted']);
    expect(second).toEqual(first);
  });

  it('that was promised a moment ago keeps its place although its workflow has not started yet', async () => {
    const { connectionId } = connections.next();
    const [promised] = (await once(activities.requestRuns, { connectionId, requestId: 'request_2' })).runs;
    const later = createActivities({ ...engine.deps, now: () => new Date(Date.now() + 61_000) });
    const other = { connectionId, requestId: 'request_3', stream: promised!.stream };
    const meanwhile = await once(activities.requestRuns, other);
    expect(meanwhile.runs).toMatchObject([{ status: 'already', runId: promised!.runId }]);
    expect((await once(later.requestRuns, other)).runs).toMatchObject([{ status: 'accepted' }]);
    expect(await engine.app.runs.find(promised!.runId)).toMatchObject({ outcome: 'failed', code: 'defect' });
  });

  it('that is closed twice keeps its first outcome', async () => {
    const launched = connections.next();
    const { connectionId, companyId } = launched;
    const [job] = await engine.app.jobs.list(connectionId);
    const opened = await engine.app.runs.open({ jobId: job!.id, workflowId: workflowIds.sync(job!.id), trigger: 'manual' });
    if (!opened.opened) throw new Error('The place must be free.');
    const run = { connectionId, companyId, providerKey: 'twilio', jobId: job!.id, trigger: 'onboarding' as const };
    await twice(activities.closeRun, { ...run, runId: opened.runId, outcome: 'succeeded' as const });
    const day = new Date().toISOString().slice(0, 10);
    const summaries = await engine.app.health.summaries({ companyId, from: day, to: day });
    expect(summaries).toMatchObject([{ runs: { succeeded: 3, failed: 0 } }]); // two of the onboarding's test, and this one
    expect(await engine.app.runs.find(opened.runId)).toMatchObject({ outcome: 'succeeded' });
  });
});

describe('an incident', () => {
  it('that is opened twice is one, and its people are told once', async () => {
    const { connectionId, companyId, company } = connections.next();
    const [first, second] = await twice(activities.openIncident, { connectionId, companyId, cause: 'defect' });
    expect(second).toEqual(first);
    const rung = quickPolicy.ladder[0]!;
    const told = await twice(activities.notifyPeople, { ...first, connectionId, companyId, providerKey: 'twilio', rung });
    expect(told).toEqual([{ told: 1 }, { told: 1 }]);
    const { accountSid } = engine.notifier;
    const sent = await engine.sandbox.control<{ to: string }[]>('twilio', 'messages', { accountSid });
    expect(sent.filter(({ to }) => to === company.owner.phone)).toHaveLength(1);
  });
});

describe('a value by hand', () => {
  it('is handed back once, with one row of difference', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    await commands.tellFailedRun('permission_missing');
    await commands.reaches('degraded');
    await commands.enterManualValue('7');
    await twice(activities.handBackManualValues, { connectionId: launched.connectionId });
    expect(await engine.app.manualValues.reconciliations(launched.connectionId)).toHaveLength(1);
  });
});

describe('disconnecting', () => {
  it('twice forgets once, and finds nothing to forget', async () => {
    const { connectionId } = connections.next();
    await twice(activities.disconnectConnection, { connectionId, by: 'user_admin', reason: 'Moved' });
    expect(await engine.app.credentials.active(connectionId)).toBeNull();
    expect(await engine.app.connections.get(connectionId)).toMatchObject({ state: 'disconnected' });
  });
});

describe('a message whose sender died', () => {
  const prepare = async (launched: Launched) => {
    const { connectionId, companyId, account } = launched;
    const message = { from: account.number, to: freshNumber(), body: 'Your technician is near' };
    const { id: deliveryId } = await engine.app.deliveries.create(
      { companyId, connectionId, templateId: null, variables: {}, ...message, segments: 1 },
      { actor: 'test' },
    );
    await engine.app.deliveries.claim(deliveryId);
    const policy = { ...quickPolicy.delivery, lookAfterMs: 0 };
    const input = { deliveryId, connectionId, companyId, providerKey: 'twilio', policy, slotAtMs: null };
    return { message, deliveryId, input };
  };

  it('before the request: is looked for, not found, and sent once', async () => {
    const launched = connections.next();
    const { input, deliveryId } = await prepare(launched);
    const [first, second] = await twice(activities.sendDelivery, input);
    expect([first, second]).toMatchObject([{ next: 'await_status' }, { next: expect.stringMatching(/await_status|ended/) }]);
    expect(await sendsAsked(engine, launched)).toBe(1);
    expect((await engine.app.deliveries.find(deliveryId))!.externalId).toMatch(/^SM/);
  });

  it('after the request: is found at the provider, and not sent again', async () => {
    const launched = connections.next();
    const { message, input, deliveryId } = await prepare(launched);
    const { account } = launched;
    const answer = await fetch(`${engine.sandbox.url}/twilio/2010-04-01/Accounts/${account.accountSid}/Messages.json`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${account.accountSid}:${account.authToken}`).toString('base64')}` },
      body: new URLSearchParams({ From: message.from, To: message.to, Body: message.body }),
    });
    const { sid } = (await answer.json()) as { sid: string };
    await twice(activities.sendDelivery, input);
    expect(await engine.app.deliveries.find(deliveryId)).toMatchObject({ externalId: sid });
    expect(await sendsAsked(engine, launched)).toBe(1);
  });
});

describe('events whose drain died', () => {
  it('after they were applied and before they were marked: are there once', async () => {
    const { connectionId, companyId, account } = connections.next();
    const person = freshNumber();
    await engine.sandbox.control('twilio', 'inbound', {
      to: account.number,
      from: person,
      body: 'Thanks',
      url: `${engine.url}/webhooks/twilio/${connectionId}`,
    });
    await until(
      () => engine.traffic.events.countWaiting(connectionId),
      (waiting) => waiting === 0,
    );
    const { items } = await engine.traffic.events.list({ connectionId, limit: 1 });
    const received = await engine.app.records.messages({ connectionId, direction: 'inbound', limit: 50 });
    const message = received.items.find(({ fromAddress }) => fromAddress === person)!;
    const { externalId } = message;
    await engine.app.records.applyEvents({
      connectionId,
      companyId,
      events: [
        {
          rawEventId: items[0]!.id,
          normalized: [{ kind: 'message_received', externalId, occurredAt: message.sentAt!, fields: message }],
        },
      ],
    });
    const after = await engine.app.records.messages({ connectionId, direction: 'inbound', limit: 50 });
    expect(after.items.filter(({ fromAddress }) => fromAddress === person)).toHaveLength(1);
  });
});
