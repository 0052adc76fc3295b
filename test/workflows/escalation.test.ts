import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Rung } from '../../domain/policy.ts';
import { taskQueues, workflowIds } from '../../domain/workflow-ids.ts';
import {
  acknowledgeUpdate,
  incidentBackSignal,
  incidentOverSignal,
  resolveEscalationUpdate,
  takeOverUpdate,
} from '../../workflows/messages.ts';
import { signForm } from '../api/twilio-signature.ts';
import { startHooks, startMail, type HookServer, type MailServer } from '../notices/far-ends.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { freshNumber } from '../harness/twilio-account.ts';
import { beginOnboarding, breakTwilio } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let platformPhone: string;
let hooks: HookServer;
let mail: MailServer;
beforeAll(async () => {
  [hooks, mail] = await Promise.all([startHooks(), startMail()]);
  engine = await startEngine({ email: { url: `smtp://user:password@127.0.0.1:${mail.port}`, from: 'alerts@example.com' } });
  platformPhone = freshNumber();
  engine.canaries.add(platformPhone);
  await engine.app.users.create(
    { companyId: null, name: 'Platform', email: 'platform@example.com', phone: platformPhone, role: 'platform_admin' },
    { actor: 'test' },
  );
}, 120_000);
afterAll(async () => {
  await engine.stop();
  await Promise.all([hooks.close(), mail.close()]);
});

const rung = (position: number, tell: Rung['tell'], acknowledgeWithinMs: number): Rung => ({
  position,
  tell,
  channel: 'sms',
  acknowledgeWithinMs,
});
interface Notice {
  to: string;
  body: string;
  createdAt: Date;
}
const noticesOf = async (incidentId: string): Promise<Notice[]> => {
  const { accountSid } = engine.notifier;
  const sent = await engine.sandbox.control<Notice[]>('twilio', 'messages', { accountSid });
  return sent.filter(({ body }) => body.includes(incidentId));
};

async function escalate(ladder: Rung[], options: { ownerPhone?: null } = {}) {
  const started = await beginOnboarding(engine);
  const { connectionId, companyId, providerKey, company } = started;
  if (options.ownerPhone === null) {
    const audit = { actor: 'test' };
    const user = { companyId, name: 'Silent', email: '', phone: null, role: 'operator' as const };
    const { id: ownerUserId } = await engine.app.users.create(user, audit);
    const facts = { companyId, providerKey, purpose: 'messaging_2', label: 'Second Twilio', reason: 'Reminders', settings: {} };
    const other = await engine.app.connections.create({ ...facts, ownerUserId }, audit);
    return { ...(await start(other.id, companyId, ladder)), company };
  }
  return { ...(await start(connectionId, companyId, ladder)), company };
}

async function start(connectionId: string, companyId: string, ladder: Rung[]) {
  const { incidentId } = await engine.app.incidents.open({
    companyId,
    connectionId,
    cause: 'provider_unavailable',
    sentence: 'Twilio of Sample Plumbing: the provider did not answer.',
  });
  const handle = await engine.client.workflow.start('escalation', {
    workflowId: workflowIds.escalation(incidentId),
    taskQueue: taskQueues.lifecycle,
    args: [{ incidentId, connectionId, companyId, providerKey: 'twilio', ladder }],
  });
  const told = (count: number) =>
    until(
      () => noticesOf(incidentId),
      (notices) => notices.length === count,
    );
  const incident = async () => (await engine.app.incidents.find(incidentId))!;
  return { incidentId, connectionId, companyId, handle, told, incident };
}
const by = { args: [{ by: 'user_owner' }] as [{ by: string }] };
const resolve = { args: [{ by: 'user_owner', note: 'Settled with the provider' }] as [{ by: string; note: string }] };

describe('the ladder', () => {
  it('tells one rung after another, each when the deadline of the one before has passed, and then stays open', async () => {
    const { handle, told, incident, company } = await escalate([
      rung(1, 'owner', 500),
      rung(2, 'company_admin', 500),
      rung(3, 'platform_admin', 500),
    ]);
    const notices = await told(3);
    expect(notices.map(({ to }) => to)).toEqual([company.owner.phone, company.admin.phone, platformPhone]);
    const times = notices.map(({ createdAt }) => createdAt.getTime());
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(450);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(450);
    expect(new Set(notices.map(({ body }) => body)).size).toBe(3);
    await until(incident, ({ state }) => state === 'unanswered');
    expect((await handle.describe()).status.name).toBe('RUNNING');

    expect(await handle.executeUpdate(takeOverUpdate, by)).toEqual({ verdict: 'accepted' });
    expect(await incident()).toMatchObject({ state: 'taken_over', takenOverBy: 'user_owner' });
    expect(await handle.executeUpdate(resolveEscalationUpdate, resolve)).toEqual({ verdict: 'accepted' });
    expect(await handle.result()).toEqual({ outcome: 'resolved' });
    expect(await incident()).toMatchObject({ state: 'resolved', note: 'Settled with the provider' });
  });

  it('stops at an acknowledgement; a second one is already so', async () => {
    const { incidentId, handle, told, incident } = await escalate([rung(1, 'owner', 4_000), rung(2, 'company_admin', 100)]);
    await told(1);
    expect(await handle.executeUpdate(acknowledgeUpdate, by)).toEqual({ verdict: 'accepted' });
    expect(await handle.executeUpdate(acknowledgeUpdate, by)).toMatchObject({ verdict: 'already' });
    expect(await incident()).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'user_owner' });
    await new Promise((wait) => setTimeout(wait, 4_200));
    expect(await noticesOf(incidentId)).toHaveLength(1);
    expect(await handle.executeUpdate(takeOverUpdate, by)).toEqual({ verdict: 'accepted' });
    expect(await incident()).toMatchObject({ state: 'taken_over' });
    await handle.signal(incidentOverSignal, { outcome: 'recovered' });
    expect(await handle.result()).toEqual({ outcome: 'recovered' });
  });

  it('ends, before its next rung, when the connection recovers, and tells those who were told that it is over', async () => {
    const { incidentId, handle, told, incident } = await escalate([rung(1, 'owner', 60_000), rung(2, 'company_admin', 60_000)]);
    await told(1);
    await handle.signal(incidentOverSignal, { outcome: 'recovered' });
    expect(await handle.result()).toEqual({ outcome: 'recovered' });
    expect(await incident()).toMatchObject({ state: 'recovered', note: 'The connection recovered.' });
    const [opened, over, ...others] = await noticesOf(incidentId);
    expect([over?.to, others]).toEqual([opened?.to, []]);
    expect(over?.body).toContain('it is over');
  });

  it('answers already to whoever comes after it was closed', async () => {
    const { handle, told } = await escalate([rung(1, 'owner', 60_000)]);
    await told(1);
    const updates = [resolveEscalationUpdate, resolveEscalationUpdate];
    const answers = await Promise.all(updates.map((update) => handle.executeUpdate(update, resolve)));
    expect(answers.map(({ verdict }) => verdict).toSorted()).toEqual(['accepted', 'already']);
    expect(await handle.result()).toEqual({ outcome: 'resolved' });
  });

  it('says in the Temporal UI whom it tells', async () => {
    const { handle, told } = await escalate([rung(1, 'owner', 60_000)]);
    await told(1);
    const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toBe('Rung 1 of 1: telling the owner.');
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
  });
});

describe('a rung', () => {
  it('tells everybody on it, each once', async () => {
    const started = await beginOnboarding(engine);
    const phone = freshNumber();
    const { companyId } = started;
    await engine.app.users.create(
      { companyId, name: 'Second', email: `second.${companyId}@example.com`, phone, role: 'company_admin' },
      { actor: 'test' },
    );
    const { handle, told, incidentId } = await start(started.connectionId, companyId, [rung(1, 'company_admin', 60_000)]);
    const notices = await told(2);
    expect(notices.map(({ to }) => to).toSorted()).toEqual([started.company.admin.phone, phone].toSorted());
    const alerts = await until(
      () => engine.app.incidents.alerts(incidentId),
      (rows) => rows.every(({ state }) => state === 'sent'),
    );
    expect(alerts).toHaveLength(2);
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
  });

  it('with nobody who can be told is a task, and the next rung is told at once', async () => {
    const { handle, told, incidentId, companyId, company } = await escalate(
      [rung(1, 'owner', 60_000), rung(2, 'company_admin', 60_000)],
      { ownerPhone: null },
    );
    const notices = await told(1);
    expect(notices[0]!.to).toBe(company.admin.phone);
    const { items } = await engine.app.tasks.list({ companyId, open: true, limit: 10 });
    expect(items).toMatchObject([{ cause: 'nobody_to_tell', subject: `${incidentId}:1` }]);
    const alerts = await until(
      () => engine.app.incidents.alerts(incidentId),
      (rows) => rows.some(({ state }) => state === 'sent'),
    );
    expect(alerts).toMatchObject([
      { rung: 1, state: 'failed', sentence: 'The person has no phone number: enter one, or name another person.' },
      { rung: 1, channel: 'email', state: 'failed', sentence: 'The person has no e-mail address: enter one.' },
      { rung: 2, state: 'sent' },
    ]);
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
  });

  it('whose notices cannot go out is a task, and the next rung is told', async () => {
    const platform = { account: engine.notifier };
    await breakTwilio(engine, platform, '/Messages.json', { kind: 'reset_after_effect', method: 'POST', times: 1 });
    await breakTwilio(engine, platform, '/Messages.json', { kind: 'revoked', method: 'GET', times: 1 });
    const { connectionId, companyId, company } = await beginOnboarding(engine);
    const channels = [{ channel: 'sms' as const, to: null, secret: null }];
    await engine.app.noticeSettings.save(company.owner, { timeZone: 'UTC', quietHours: null, channels }, { actor: 'test' });
    const { handle, incidentId } = await start(connectionId, companyId, [
      rung(1, 'owner', 60_000),
      rung(2, 'company_admin', 60_000),
    ]);
    const alerts = await until(
      () => engine.app.incidents.alerts(incidentId),
      (rows) => rows.some((alert) => alert.rung === 2 && alert.state === 'sent'),
    );
    expect(alerts[0]).toMatchObject({ rung: 1, state: 'uncertain' }); // it went out, and nobody can tell
    const { items } = await engine.app.tasks.list({ companyId, open: true, limit: 10 });
    expect(items).toMatchObject([{ cause: 'nobody_to_tell', subject: `${incidentId}:1` }]);
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
  });

  it('tells once, also when the answer to its SMS is lost', async () => {
    await breakTwilio(engine, { account: engine.notifier }, '/Messages.json', {
      kind: 'reset_after_effect',
      method: 'POST',
      times: 1,
    });
    const { handle, incidentId } = await escalate([rung(1, 'owner', 60_000)]);
    await until(
      () => engine.app.incidents.alerts(incidentId),
      (alerts) => alerts[0]?.state === 'sent',
    );
    expect(await noticesOf(incidentId)).toHaveLength(1);
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
  });
});

describe('a person', () => {
  const { by: actor } = { by: { actor: 'test' } };
  const usual = { timeZone: 'UTC', quietHours: null };
  /** A company whose owner is told by Slack, then by e-mail. */
  async function begin(policy = {}, settings: object = {}) {
    const started = await beginOnboarding(engine, { policy });
    const channels = [
      { channel: 'slack' as const, to: hooks.url, secret: null },
      { channel: 'email' as const, to: null, secret: null },
    ];
    await engine.app.noticeSettings.save(started.company.owner, { ...usual, channels, ...settings }, actor);
    return started;
  }
  const preferred = (acknowledgeWithinMs: number): Rung => ({ position: 1, tell: 'owner', acknowledgeWithinMs });
  const alertsOf = (incidentId: string) =>
    engine.app.incidents
      .alerts(incidentId)
      .then((alerts) => alerts.map(({ kind, rung: at, channel, state }) => `${kind} ${at} ${channel} ${state}`));
  const postsOf = (incidentId: string) => hooks.posts.filter(({ body }) => body.includes(incidentId));

  it('is told in the way that they prefer; where that fails or may have arrived, by the next, and the alerts say why', async () => {
    const { connectionId, companyId, company } = await begin();
    hooks.answers.push('reset');
    const { incidentId, handle } = await start(connectionId, companyId, [preferred(60_000)]);
    const alerts = () => alertsOf(incidentId);
    expect(await until(alerts, (all) => all.length === 2 && all[1]!.endsWith('sent'))).toEqual([
      'opened 1 slack uncertain',
      'opened 1 email sent',
    ]);
    const letters = mail.mails.filter((text) => text.includes(incidentId.slice(-12)));
    expect(letters).toHaveLength(1);
    expect(letters[0]).toContain(`To: ${company.owner.email}`);
    expect(postsOf(incidentId)).toHaveLength(1);
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
  });

  it('who sleeps is told when they wake, and the time to acknowledge begins then', async () => {
    const quietHours = { from: '22:00', to: '07:00' };
    const { connectionId, companyId, company } = await begin({}, { quietHours });
    const wakesMs = Date.parse('2026-11-23T07:00:00Z');
    const shiftMs = wakesMs - 4_000 - Date.now();
    const { now } = engine.deps;
    engine.deps.now = () => new Date(Date.now() + shiftMs);
    const { incidentId, handle } = await start(connectionId, companyId, [preferred(700), rung(2, 'company_admin', 60_000)]);
    const details = () => handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    await until(details, ({ currentDetails }) => currentDetails === 'Rung 1 of 2: quiet hours of the owner.');
    expect(await alertsOf(incidentId)).toEqual([]);
    const admins = await until(
      () => noticesOf(incidentId),
      (notices) => notices.length === 1,
    );
    engine.deps.now = now;
    expect(admins[0]!.to).toBe(company.admin.phone);
    expect(admins[0]!.createdAt.getTime() + shiftMs - wakesMs).toBeGreaterThanOrEqual(650);
    const alerts = () => alertsOf(incidentId);
    expect(await until(alerts, (all) => all[1] === 'opened 2 sms sent')).toEqual(['opened 1 slack sent', 'opened 2 sms sent']);
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
  });

  it('who is on duty is told first, and the next on the roster only where that one cannot be', async () => {
    const { connectionId, companyId, company } = await begin();
    const facts = { companyId, name: 'Mute', email: '', phone: null, role: 'operator' as const };
    const mute = await engine.app.users.create(facts, actor);
    const always = (userId: string) => ({ userId, timeZone: 'UTC', shifts: [] });
    const { owner, admin } = company;
    const off = { ...always(owner.id), shifts: [{ days: [((new Date().getUTCDay() + 2) % 7) + 1], from: '10:00', to: '10:01' }] };
    await engine.app.duty.save(companyId, [off, always(mute.id), always(admin.id), always(owner.id)].slice(0, 3), actor);
    const { incidentId, handle, told } = await start(connectionId, companyId, [rung(1, 'duty', 60_000)]);
    expect((await told(1)).map(({ to }) => to)).toEqual([admin.phone]);
    expect(
      await until(
        () => alertsOf(incidentId),
        (all) => all.at(-1)!.endsWith('sms sent'),
      ),
    ).toEqual(['opened 1 sms failed', 'opened 1 email failed', 'opened 1 sms sent']);
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
  });

  it('hears once that it is over, when it has stayed well; what comes back before is the same incident', async () => {
    const { connectionId, companyId } = await begin({ flapping: { reopenWithinMs: 4_000 } });
    const { incidentId, handle, incident } = await start(connectionId, companyId, [preferred(60_000)]);
    await until(
      () => alertsOf(incidentId),
      (all) => all[0]?.endsWith('sent') ?? false,
    );
    await handle.signal(incidentOverSignal, { outcome: 'recovered' });
    await until(incident, ({ state }) => state === 'recovered');
    const sentence = 'It does not answer again.';
    const { policy } = await engine.app.connections.settings(connectionId);
    const again = { companyId, connectionId, cause: 'provider_unavailable' as const, sentence, flapping: policy.flapping };
    expect(await engine.app.incidents.open(again)).toEqual({ incidentId, opening: 'reopened' });
    await handle.signal(incidentBackSignal);
    expect(await handle.executeUpdate(acknowledgeUpdate, by)).toEqual({ verdict: 'accepted' });
    expect(await alertsOf(incidentId)).toEqual(['opened 1 slack sent']);
    await handle.signal(incidentOverSignal, { outcome: 'recovered' });
    expect(await handle.result()).toEqual({ outcome: 'recovered' });
    expect(await alertsOf(incidentId)).toEqual(['opened 1 slack sent', 'over 1 slack sent']);
    expect(postsOf(incidentId)).toHaveLength(2);
  });

  it('acknowledges by answering the SMS', async () => {
    const { handle, told, incident, company } = await escalate([rung(1, 'owner', 60_000)]);
    const [notice] = await told(1);
    const code = /Reply (ACK \w+)/.exec(notice!.body)![1]!;
    const path = '/webhooks/notices';
    const fields = { MessageSid: `SM${'7'.repeat(32)}`, From: notice!.to, To: engine.notifier.number, Body: code.toLowerCase() };
    const answer = () =>
      fetch(engine.url + path, {
        method: 'POST',
        body: new URLSearchParams(fields),
        headers: { 'x-twilio-signature': signForm(engine.notifier.authToken, engine.url + path, fields) },
      }).then((response) => response.text());
    expect(await answer()).toContain('<Message>Acknowledged: Twilio of Sample Plumbing.');
    expect(await incident()).toMatchObject({ state: 'acknowledged', acknowledgedBy: company.owner.id });
    expect(await answer()).toContain('Somebody has acknowledged the incident.');
    await handle.executeUpdate(resolveEscalationUpdate, resolve);
    await until(answer, (text) => text.includes('No open incident'));
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  engine.canaries.add('Reply ACK');
  engine.canaries.add(hooks.url);
  expect(await engine.leaks()).toEqual([]);
});
