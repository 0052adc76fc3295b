import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildCard } from '../../domain/card.ts';
import { metricDefinitions } from '../../domain/metrics.ts';
import { workflowIds } from '../../domain/workflow-ids.ts';
import { connectorStatusQuery, policyChangedSignal, runFinishedSignal } from '../../workflows/messages.ts';
import { commandsOf } from '../harness/connector.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { breakTwilio, connect, connectAhead, quickPolicy, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

/** Events after which a workflow is told to continue as new: few, so that these tests pass through it. */
const continueAsNewAt = 120;

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine({ continueAsNewAt });
  connections = await connectAhead(engine, 8, { policy: impatient });
}, 120_000);
afterAll(() => engine.stop());

const incidentsOf = async ({ connectionId }: Launched) => (await engine.app.incidents.list({ connectionId, limit: 10 })).items;
const noticesTo = async (phone: string) => {
  const { accountSid } = engine.notifier;
  const sent = await engine.sandbox.control<{ to: string; body: string }[]>('twilio', 'messages', { accountSid });
  return sent.filter(({ to }) => to === phone);
};
const cardOf = async ({ companyId }: Launched) => {
  const facts = (await engine.app.cards.facts({ companyId })).find(({ metricKey }) => metricKey === 'messages_delivered')!;
  return buildCard({ ...facts, metric: metricDefinitions[0], providerLabel: 'Twilio', now: new Date().toISOString() });
};
/** One attempt for each run, so that failing takes no time. */
const impatient = { retry: { ...quickPolicy.retry, attemptsMax: 1 } };
/** Runs that fail, one after another. */
const failRuns = async (launched: Launched, count: number) => {
  const commands = commandsOf(engine, launched);
  for (let run = 0; run < count; run += 1) {
    expect(await commands.syncNow('messages')).toMatchObject({ verdict: 'accepted' });
    await commands.idle();
    const jobs = await engine.app.jobs.list(launched.connectionId);
    const jobId = jobs.find(({ stream }) => stream === 'messages')!.id;
    await until(commands.status, ({ failedInARow }) => (failedInARow[jobId] ?? 0) > run);
  }
};

describe('a connection whose provider is down', () => {
  it('is degraded after three failed runs, and its owner is told once, however often it goes on failing', async () => {
    const launched = connections.next();
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET' });
    await failRuns(launched, 2);
    expect(await engine.app.connections.get(launched.connectionId)).toMatchObject({ state: 'active' });
    expect(await incidentsOf(launched)).toEqual([]);

    await failRuns(launched, 3);
    expect(await engine.app.connections.get(launched.connectionId)).toMatchObject({ state: 'degraded' });
    const [incident, ...others] = await incidentsOf(launched);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ cause: 'provider_unavailable', state: 'open' });
    const notices = await until(
      () => noticesTo(launched.company.owner.phone),
      (sent) => sent.length > 0,
    );
    await failRuns(launched, 1);
    expect(await noticesTo(launched.company.owner.phone)).toEqual(notices);
    expect(notices[0]!.body).toContain(incident!.id);
    expect(await engine.app.incidents.alerts(incident!.id)).toMatchObject([{ rung: 1, state: 'sent' }]);
  });

  it('recovers by itself: the incident closes, the escalation ends, the card is current again', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET', times: 3 });
    await failRuns(launched, 3);
    await commands.reaches('degraded');
    expect((await cardOf(launched)).status).toBe('delayed');
    const [incident] = await until(
      () => incidentsOf(launched),
      (found) => found.length > 0,
    );

    expect(await commands.syncNow('messages')).toMatchObject({ verdict: 'accepted' });
    await commands.reaches('active');
    const escalation = engine.client.workflow.getHandle(workflowIds.escalation(incident!.id));
    expect(await escalation.result()).toEqual({ outcome: 'recovered' });
    expect(await engine.app.incidents.find(incident!.id)).toMatchObject({ state: 'recovered', closedAt: expect.any(Date) });
    expect(await commands.status()).toEqual({ state: 'active', failedInARow: {}, incidents: {} });
    expect((await cardOf(launched)).status).toBe('current');
  });

  it('does not count as recovered while another of its jobs is failing', async () => {
    const launched = await connect(engine, { policy: { ...impatient, escalateAfterFailedRuns: 1 } });
    const commands = commandsOf(engine, launched);
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET' });
    await failRuns(launched, 1);
    await commands.reaches('degraded');
    expect(await commands.syncNow('usage')).toMatchObject({ verdict: 'accepted' });
    await commands.idle();
    expect(await commands.reauthorize()).toEqual({ verdict: 'accepted' });
    await commands.idle();
    const [incident] = await incidentsOf(launched);
    expect(incident).toMatchObject({ state: 'open' });
    expect(await commands.status()).toMatchObject({ state: 'degraded' });
  });
});

describe('a connection that recovers and fails again at once', () => {
  it('has an incident that stays open, though the one before was just being closed, and it ends with the next recovery', async () => {
    const launched = await connect(engine, { policy: { ...impatient, escalateAfterFailedRuns: 1 } });
    const { connectionId, connector } = launched;
    const commands = commandsOf(engine, launched);
    const jobId = (await engine.app.jobs.list(connectionId))[0]!.id;
    const failed = { jobId, runId: 'run_told', outcome: 'failed', code: 'credentials_rejected' } as const;
    const succeeded = { jobId, runId: 'run_told', outcome: 'succeeded' } as const;
    const openOf = async () => (await incidentsOf(launched)).filter(({ closedAt }) => closedAt === null);
    await connector.signal(runFinishedSignal, failed);
    const [first] = await until(openOf, (open) => open.length === 1);
    // Both are there before the escalation has heard of the first.
    await connector.signal(runFinishedSignal, succeeded);
    await connector.signal(runFinishedSignal, failed);
    await until(
      async () => (await engine.app.audit.list({ companyId: launched.companyId, limit: 50 })).items,
      (entries) => entries.some(({ action, subject }) => action === 'incident.recovered' && subject === first!.id),
    );
    const [second] = await until(openOf, (open) => open.length === 1);
    expect(await commands.status()).toMatchObject({
      state: 'needs_reauthorization',
      incidents: { credentials_rejected: second!.id },
    });
    const escalation = engine.client.workflow.getHandle(workflowIds.escalation(second!.id));
    await until(() => escalation.describe().then(({ status }) => status.name === 'RUNNING', () => false)); // prettier-ignore
    await connector.signal(runFinishedSignal, succeeded);
    await until(openOf, (open) => open.length === 0);
    expect(await commands.status()).toMatchObject({ state: 'active', incidents: {} });
  });
});

describe('a connection that only fails', () => {
  it('is warned about, and paused later: never without a word before and after, and by its owner resumed', async () => {
    const line = (failures: number) => ({ failures, forMs: 0 });
    const thresholds = { warn: line(2), pause: line(4), noticeMs: 0 };
    const launched = await connect(engine, { policy: { ...impatient, escalateAfterFailedRuns: 1, thresholds } });
    const commands = commandsOf(engine, launched);
    const { connectionId, companyId, company } = launched;
    const openTasks = async () => (await engine.app.tasks.list({ companyId, open: true, limit: 10 })).items;
    const told = async () => (await noticesTo(company.owner.phone)).map(({ body }) => body);
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET', times: 4 });
    await failRuns(launched, 3);
    const warned = await until(told, (bodies) => bodies.length === 2);
    expect(warned[1]).toMatch(/all runs since .* failed, 2 in a row\. After 4 failures .* it is paused, not before/);
    expect(await openTasks()).toMatchObject([{ cause: 'pause_ahead', sentence: expect.stringContaining('To avoid it') }]);
    expect((await engine.app.connections.get(connectionId)).state).toBe('degraded');

    await commands.syncNow('messages');
    await commands.reaches('paused');
    const bodies = await until(told, (all) => all.length === 3);
    expect(bodies[2]).toMatch(/it was paused, because all 4 runs .* Then resume the connection/);
    expect(await openTasks()).toMatchObject([{ cause: 'paused_by_engine' }]);
    const { items } = await engine.app.audit.list({ companyId, limit: 20 });
    expect(items.find(({ action }) => action === 'connection.state')).toMatchObject({
      actor: 'engine',
      detail: { from: 'degraded', to: 'paused' },
    });
    expect((await cardOf(launched)).status).toBe('paused');

    expect(await commands.resume()).toEqual({ verdict: 'accepted' });
    expect(await openTasks()).toEqual([]);
    expect(await engine.app.runs.streak(connectionId)).toMatchObject({ failures: 0 });
    await commands.syncNow('messages');
    await until(told, (all) => all.length === 4 && all[3]!.includes('it is over'));
    expect(await incidentsOf(launched)).toMatchObject([{ state: 'recovered' }]);
  });
});

describe('a connection whose credentials are rejected', () => {
  it('waits for new ones at once, and delivers again with them', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    const { accountSid } = launched.account;
    const { authToken } = await engine.sandbox.control<{ authToken: string }>('twilio', 'rotateToken', { accountSid });
    engine.canaries.add(authToken);
    await commands.syncNow('messages');
    await commands.reaches('needs_reauthorization');
    const [incident] = await until(
      () => incidentsOf(launched),
      (found) => found.length > 0,
    );
    expect(incident).toMatchObject({ cause: 'credentials_rejected' });
    expect(await commands.syncNow()).toMatchObject({ verdict: 'refused' });

    expect(await commands.reauthorize()).toMatchObject({ verdict: 'refused', code: 'credentials_rejected' });
    expect(await commands.status()).toMatchObject({ state: 'needs_reauthorization' });
    expect(await commands.reauthorize({ accountSid, authToken })).toEqual({ verdict: 'accepted' });
    await commands.reaches('active');
    await until(
      () => engine.app.incidents.find(incident!.id),
      (found) => found?.state === 'recovered',
    );
  });
});

describe('a value entered by a person', () => {
  it('is on the card as such, and gives way to the provider’s own on recovery, with the difference kept', async () => {
    const launched = await connect(engine, { messages: 12, policy: impatient });
    const commands = commandsOf(engine, launched);
    const before = await cardOf(launched);
    expect(await commands.enterManualValue()).toMatchObject({ verdict: 'refused' });
    await breakTwilio(engine, launched, '/Messages.json', { kind: 'status500', method: 'GET', times: 3 });
    await failRuns(launched, 3);
    await commands.reaches('degraded');

    expect(await commands.enterManualValue('42')).toEqual({ verdict: 'accepted' });
    expect(await cardOf(launched)).toMatchObject({
      current: { value: '42' },
      enteredByPerson: true,
      status: 'entered_by_person',
      sourceLabel: 'Twilio, entered by a person',
    });
    expect(await commands.enterManualValue('43')).toEqual({ verdict: 'accepted' });
    expect(await cardOf(launched)).toMatchObject({ current: { value: '43' } });

    await commands.syncNow('messages');
    await commands.reaches('active');
    const rows = await until(
      () => engine.app.manualValues.reconciliations(launched.connectionId),
      (found) => found.length > 0,
    );
    const provider = Number(before.current!.value);
    expect(rows[0]).toMatchObject({
      metricKey: 'messages_delivered',
      manualValue: '43',
      providerValue: String(provider),
      difference: String(provider - 43),
      enteredBy: 'user_admin',
    });
    expect(await cardOf(launched)).toMatchObject({ current: before.current, enteredByPerson: false, sourceLabel: 'Twilio' });
  });

  it('gives way to the provider’s own also when the connection was paused in between', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    await commands.tellFailedRun('permission_missing');
    await commands.reaches('degraded');
    await commands.enterManualValue('42');
    const [incident] = await incidentsOf(launched);
    await engine.client.workflow.getHandle(workflowIds.escalation(incident!.id)).executeUpdate('resolveEscalation', {
      args: [{ by: 'user_admin', note: 'Settled with Twilio' }],
    });
    await until(commands.status, ({ incidents }) => Object.keys(incidents).length === 0);
    await commands.pause();
    await commands.resume();
    await commands.syncNow('messages');
    await until(
      () => cardOf(launched),
      (card) => !card.enteredByPerson,
    );
    expect(await engine.app.manualValues.reconciliations(launched.connectionId)).toHaveLength(1);
  });
});

describe('a paused connection', () => {
  it('keeps the events that arrive, and applies each once on resume', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    const { connectionId, account } = launched;
    await commands.pause();
    const person = '+14155550188';
    for (const body of ['One', 'Two'])
      await engine.sandbox.control('twilio', 'inbound', {
        to: account.number,
        from: person,
        body,
        url: `${engine.url}/webhooks/twilio/${connectionId}`,
      });
    await engine.deps.temporal.wakeEvents(launched);
    expect(await engine.traffic.events.countWaiting(connectionId)).toBe(2);
    const received = async () =>
      (await engine.app.records.messages({ connectionId, direction: 'inbound', limit: 50 })).items.filter(
        ({ fromAddress }) => fromAddress === person,
      );
    expect(await received()).toEqual([]);

    expect(await commands.resume()).toEqual({ verdict: 'accepted' });
    await until(
      () => engine.traffic.events.countWaiting(connectionId),
      (waiting) => waiting === 0,
    );
    expect(new Set((await received()).map(({ body }) => body))).toEqual(new Set(['One', 'Two']));
    expect(await received()).toHaveLength(2);
  });
});

describe('a changed policy', () => {
  it('counts from the next run on', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    await launched.connector.signal(policyChangedSignal, { escalateAfterFailedRuns: 1, ladder: quickPolicy.ladder });
    await commands.tellFailedRun();
    await commands.reaches('degraded');
    await until(
      () => incidentsOf(launched),
      (found) => found.length === 1,
    );
  });
});

describe('a connection with a long life', () => {
  it('continues as new and knows everything that it knew', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    await launched.connector.signal(policyChangedSignal, { escalateAfterFailedRuns: 7, ladder: [] });
    await commands.tellFailedRun('permission_missing');
    await until(commands.status, ({ incidents }) => incidents.permission_missing !== undefined);
    const before = await commands.status();
    const { runId } = await launched.connector.describe();

    const jobId = Object.keys(before.failedInARow)[0]!;
    const told = async (count: number) => {
      for (let run = 0; run < count; run += 1)
        await launched.connector.signal(runFinishedSignal, { jobId, runId: 'run_told', outcome: 'cancelled' });
    };
    await until(
      async () => {
        await told(10);
        return (await launched.connector.describe()).runId;
      },
      (now) => now !== runId,
    );
    expect(await launched.connector.query(connectorStatusQuery)).toEqual(before);
    expect(await commands.pause()).toEqual({ verdict: 'accepted' });
    expect(await commands.resume()).toEqual({ verdict: 'accepted' });
    // The policy came along: one failure is not yet seven.
    await commands.tellFailedRun('provider_unavailable');
    await until(commands.status, ({ failedInARow }) => Object.values(failedInARow).some((count) => count > 0));
    expect(await commands.status()).toMatchObject({ state: 'active' });
  });

  it('loses no command that comes while it continues as new', async () => {
    const launched = connections.next();
    const commands = commandsOf(engine, launched);
    const { runId } = await launched.connector.describe();
    const answers = [];
    for (let round = 0; round < 15; round += 1) {
      answers.push((await commands.pause()).verdict, (await commands.resume()).verdict);
    }
    expect(answers).toEqual(Array.from({ length: 30 }, () => 'accepted'));
    expect((await launched.connector.describe()).runId).not.toBe(runId);
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  engine.canaries.add('+14155550188');
  expect(await engine.leaks()).toEqual([]);
});
