/** The API with the engine behind it: what a person does by HTTP, from the first step of an onboarding to the disconnect. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowIds } from '../../domain/workflow-ids.ts';
import { openHistory } from '../../temporal/open-history.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { createTwilioAccount, freshNumber, type TwilioAccount } from '../harness/twilio-account.ts';
import { askedOf, breakTwilio, createCompany, quickPolicy, type Company } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let company: Company;
let key: string;
let actor: string;

beforeAll(async () => {
  engine = await startEngine();
  company = await createCompany(engine);
  const by = { actor: 'test' };
  actor = company.admin.id;
  const made = await engine.app.apiKeys.create(
    { companyId: company.companyId, role: 'company_admin', label: 'test', userId: actor },
    by,
  );
  key = made.key;
  engine.canaries.add(key);
});
afterAll(() => engine.stop());

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${engine.url}/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as any };
}
const get = (path: string) => call('GET', path);
const post = (path: string, body: unknown = {}, headers = {}) => call('POST', path, body, headers);

const credentialsOf = ({ accountSid, authToken }: TwilioAccount) => ({
  credentials: { kind: 'basic', values: { accountSid, authToken } },
});
const words = { nextAction: 'Nothing for you to do.', explanation: 'Reminders reach your customers by text.' };

async function begin(policy: object = {}) {
  const account = await createTwilioAccount(engine, { messages: 3, messageDays: 1 });
  const { body, status } = await post(`/companies/${company.companyId}/connections`, {
    providerKey: 'twilio',
    purpose: 'messaging',
    label: 'Front desk',
    reason: 'Appointment reminders',
    ownerUserId: company.owner.id,
    policy: { ...quickPolicy, ...policy },
  });
  expect([status, body.onboardingStarted]).toEqual([201, true]);
  return { account, id: body.id as string, path: `/connections/${body.id}` };
}

async function launch(policy: object = {}) {
  const begun = await begin(policy);
  const steps: [string, object][] = [
    ['access', credentialsOf(begun.account)],
    ['records', {}],
    ['mapping', {}],
    ['test-run', {}],
    ['baseline', words],
    ['launch', {}],
  ];
  for (const [step, body] of steps) {
    const answer = await post(`${begun.path}/onboarding/${step}`, body);
    expect([step, answer.status, answer.body.verdict]).toEqual([step, 200, 'accepted']);
  }
  return begun;
}

describe('Onboarding by HTTP', () => {
  it('takes the steps in order, says who confirmed each, and links to its workflow', async () => {
    const { path, id } = await launch();
    const { body } = await get(`${path}/onboarding`);
    expect(body.confirmed.map(({ step, by }: { step: string; by: string }) => [step, by])).toEqual(
      ['access', 'records', 'mapping', 'test_run', 'baseline', 'launch'].map((step) => [step, actor]),
    );
    expect(body.next).toBeNull();
    expect(body.workflow).toEqual({
      id: `onboarding:${id}`,
      url: `http://127.0.0.1:8233/namespaces/${engine.client.options.namespace}/workflows/onboarding%3A${id}`,
    });
    expect((await get(path)).body).toMatchObject({
      state: 'active',
      freshness: { stale: false },
      workflow: { id: `connector:${id}` },
    });
    expect((await post(`${path}/onboarding/launch`)).body.verdict).toBe('already');
    expect((await post(`${path}/onboarding/cancel`, { reason: 'Too late' })).status).toBe(409);
  });

  it('refuses a step out of order and credentials that the provider rejects, and goes on with better ones', async () => {
    const { path, account, id } = await begin();
    const early = await post(`${path}/onboarding/launch`);
    expect([early.status, early.body.error.message]).toEqual([409, expect.stringContaining('"access"')]);
    expect(early.body.error.workflow.id).toBe(`onboarding:${id}`);

    const wrong = await post(`${path}/onboarding/access`, credentialsOf({ ...account, authToken: 'canary-wrong' }));
    engine.canaries.add('canary-wrong');
    expect([wrong.status, wrong.body.error.code]).toEqual([409, 'credentials_rejected']);
    expect((await post(`${path}/onboarding/access`, credentialsOf(account))).body).toMatchObject({
      verdict: 'accepted',
      step: { step: 'access' },
    });
    expect((await post(`${path}/onboarding/access`, credentialsOf({ ...account, authToken: 'canary-wrong' }))).body.verdict).toBe(
      'already',
    );
    expect((await post(`${path}/onboarding/records`)).body.verdict).toBe('accepted');
  });

  it('takes mappings of the admin’s own', async () => {
    const { path, account } = await begin();
    await post(`${path}/onboarding/access`, credentialsOf(account));
    await post(`${path}/onboarding/records`);
    const { twilio } = await import('../../providers/twilio/index.ts');
    const own = { ...twilio.streams['messages']!.mapping };
    own.fields = own.fields.filter(({ target }) => target !== 'price');
    const answer = await post(`${path}/onboarding/mapping`, { mappings: [own] });
    expect(answer.body.step.summary).toMatchObject({ 'messages.fields': own.fields.length, 'messages.mapped': 3 });
  });

  it('starts with its first step when its workflow is not there', async () => {
    const { path, id, account } = await begin();
    await engine.client.workflow.getHandle(workflowIds.onboarding(id)).terminate('Test.');
    expect((await post(`${path}/onboarding/access`, credentialsOf(account))).body.verdict).toBe('accepted');
  });

  it('leaves nothing after a cancel', async () => {
    const { path } = await begin();
    expect((await post(`${path}/onboarding/cancel`, { reason: 'Not wanted' })).body.verdict).toBe('accepted');
    expect((await get(path)).status).toBe(404);
  });
});

describe('The preview of a mapping', () => {
  it('tries the draft on records that it fetches from the provider, and nothing of them stands in a history', async () => {
    const { path, id } = await launch();
    const { twilio } = await import('../../providers/twilio/index.ts');
    const { object: _, ...mapping } = twilio.streams['messages']!.mapping;
    const fields = mapping.fields.filter(({ target }) => target !== 'price');
    const { body: draft } = await post(`${path}/mappings/message/draft`, { revision: null, mapping: { ...mapping, fields } });
    const { status, body } = await post(`${path}/mappings/message/draft/preview`, { sample: 'fetched' });
    expect([status, body.records.length, body.values]).toEqual([200, 3, 'masked']);
    expect(body.coverage.find(({ field }: { field: string }) => field === 'price')).toEqual({
      field: 'price',
      before: 3,
      after: 0,
    });
    const history = await engine.client.workflow.getHandle(`sample:${id}:message`).fetchHistory();
    const opened = JSON.stringify(await openHistory(history, (payloads) => engine.codec.decode(payloads)));
    expect(opened).not.toContain(body.records[0].externalId);
    expect((await engine.app.records.messages({ connectionId: id, limit: 10 })).items).toHaveLength(3);
    expect((await post(`${path}/mappings/message/draft/publish`, { revision: draft.revision })).body.version).toBe(2);
  });

  it('says why when the provider does not give a sample', async () => {
    const { path, account } = await launch();
    const { twilio } = await import('../../providers/twilio/index.ts');
    const { object: _, ...mapping } = twilio.streams['messages']!.mapping;
    await post(`${path}/mappings/message/draft`, { revision: null, mapping });
    await breakTwilio(engine, { account }, '/Messages.json', { kind: 'revoked' });
    const { status, body } = await post(`${path}/mappings/message/draft/preview`, { sample: 'fetched' });
    expect([status, body.error.code]).toEqual([409, 'credentials_rejected']);
  });
});

describe('Commands by HTTP', () => {
  let live: Awaited<ReturnType<typeof launch>>;
  beforeAll(async () => {
    live = await launch();
  });

  it('answer accepted with runs and links, already, or refused with a reason', async () => {
    const { path } = live;
    const synced = await post(`${path}/sync`, { stream: 'messages' });
    expect(synced.body).toMatchObject({ verdict: 'accepted', runs: [{ stream: 'messages', status: 'accepted' }] });
    const [run] = synced.body.runs;
    expect(run.workflow.url).toContain(encodeURIComponent(run.workflow.id));
    const finished = await until(
      () => get(`/runs/${run.runId}`),
      ({ body }) => body.outcome !== null,
    );
    expect(finished.body).toMatchObject({ outcome: 'succeeded', trigger: 'manual', counts: { unchanged: 3 } });

    expect((await post(`${path}/pause`, { reason: 'Holidays' })).body.verdict).toBe('accepted');
    expect((await post(`${path}/pause`, { reason: 'Holidays' })).body).toMatchObject({
      verdict: 'already',
      sentence: 'The connection is paused.',
    });
    expect((await post(`${path}/sync`)).body.error).toEqual({
      code: 'refused',
      message: 'The connection is paused: resume it first.',
      workflow: synced.body.workflow,
    });
    expect((await post(`${path}/resume`)).body.verdict).toBe('accepted');
    expect((await post(`${path}/resume`)).body.verdict).toBe('already');
    expect((await post(`${path}/sync`, { stream: 'faxes' })).body.error.issues[0].path).toBe('stream');

    const { items } = await engine.app.audit.list({ companyId: company.companyId, limit: 100 });
    const told = items.filter(({ subject }) => subject === live.id).map(({ action, outcome }) => `${action} ${outcome}`);
    expect(told.filter((entry) => entry.startsWith('connection.sync')).toReversed()).toEqual([
      'connection.sync asked',
      'connection.syncNow done',
      'connection.sync asked',
      'connection.sync refused',
      'connection.sync asked',
    ]);
    expect(items.find(({ outcome }) => outcome === 'refused')?.detail).toMatchObject({
      code: 'refused',
      reason: 'The connection is paused: resume it first.',
    });
  });

  it('refuse a value by hand while the connection delivers, and keep nothing of it', async () => {
    const { path } = live;
    const value = {
      metricKey: 'messages_delivered',
      value: '77',
      periodStart: '2026-11-01',
      periodEnd: '2026-11-21',
      reason: 'By hand',
    };
    const answer = await post(`${path}/manual-values`, value);
    expect([answer.status, answer.body.error.message]).toEqual([409, expect.stringContaining('delivers by itself')]);
    expect(JSON.stringify((await get(`/companies/${company.companyId}/portal/cards`)).body)).not.toContain('"77"');
  });

  it('take new credentials only when the provider accepts them', async () => {
    const { path, id, account } = live;
    engine.canaries.add('canary-rotated');
    const refused = await post(`${path}/reauthorize`, credentialsOf({ ...account, authToken: 'canary-rotated' }));
    expect([refused.status, refused.body.error.code]).toEqual([409, 'credentials_rejected']);
    expect((await engine.app.credentials.active(id))?.values['authToken']).toBe(account.authToken);
    expect(await engine.app.credentials.staged(id)).toBeNull();
    expect((await post(`${path}/reauthorize`, credentialsOf(account))).body.verdict).toBe('accepted');
  });

  it('a changed policy reaches the jobs, their Schedules and the connector', async () => {
    const { path, id } = live;
    const answer = await call('PATCH', `${path}/policy`, {
      policy: { cadenceS: { messages: 7_200 }, escalateAfterFailedRuns: 9 },
    });
    expect(answer.body.policy).toMatchObject({ cadenceS: { messages: 7_200 }, escalateAfterFailedRuns: 9 });
    const job = (await engine.app.jobs.list(id)).find(({ stream }) => stream === 'messages')!;
    expect(job.cadenceS).toBe(7_200);
    const { spec } = await engine.client.schedule.getHandle(workflowIds.sync(job.id)).describe();
    expect(spec.intervals?.[0]?.every).toBe(7_200_000);
    const { events } = await engine.client.workflow.getHandle(workflowIds.connector(id)).fetchHistory();
    expect(events?.map((event) => event.workflowExecutionSignaledEventAttributes?.signalName)).toContain('policyChanged');
  });

  it('say so when the workflow that leads the connection is gone', async () => {
    const { path, id } = live;
    await engine.client.workflow.getHandle(workflowIds.connector(id)).terminate('Test.');
    const answer = await post(`${path}/pause`, { reason: 'x' });
    expect([answer.status, answer.body.error.code]).toEqual([409, 'defect']);
    expect(answer.body.error.message).toContain('is not running');
  });

  it('disconnect for good: webhooks are answered 410 at once', async () => {
    const { path, id } = await launch();
    expect((await post(`${path}/disconnect`, { reason: 'Moved away' })).body.verdict).toBe('accepted');
    expect((await post(`${path}/disconnect`, { reason: 'Moved away' })).body.verdict).toBe('already');
    expect((await fetch(`${engine.url}/webhooks/twilio/${id}`, { method: 'POST' })).status).toBe(410);
  });
});

describe('Messages by HTTP', () => {
  it('are refused while the connection is paused, because a STOP that has arrived is not read until the resume', async () => {
    const { id, path } = await launch();
    const template = await post(`/companies/${company.companyId}/templates`, { name: 'P', body: 'Hello', variables: [] });
    const message = { connectionId: id, templateId: template.body.id, to: freshNumber() };
    await post(`${path}/pause`, { reason: 'Holidays' });
    const answer = await post(`/companies/${company.companyId}/messages`, message);
    expect([answer.status, answer.body.error.workflow.id]).toEqual([409, `connector:${id}`]);
    expect(answer.body.error.message).toContain('resume it before you send');
    await post(`${path}/resume`);
    expect((await post(`/companies/${company.companyId}/messages`, message)).status).toBe(202);
  });

  it('are sent once for one Idempotency-Key, and reach their end with a history', async () => {
    const { id, account } = await launch();
    const template = await post(`/companies/${company.companyId}/templates`, {
      name: 'Hi',
      body: 'Hello {{name}}',
      variables: ['name'],
    });
    const to = freshNumber();
    engine.canaries.add(to).add('canary-Zoe');
    const message = { connectionId: id, templateId: template.body.id, variables: { name: 'canary-Zoe' }, to };
    const headers = { 'idempotency-key': 'reminder-1' };
    const sent = await post(`/companies/${company.companyId}/messages`, message, headers);
    expect([sent.status, sent.body.status, sent.body.workflow.id]).toEqual([202, 'queued', `message:${sent.body.id}`]);
    expect((await post(`/companies/${company.companyId}/messages`, message, headers)).body.id).toBe(sent.body.id);

    const ended = await until(
      () => get(`/messages/${sent.body.id}`),
      ({ body }) => body.status === 'delivered',
    );
    expect(ended.body.history[0]).toMatchObject({ status: 'queued', source: 'us' });
    const posts = (await askedOf(engine, { account }, '/Messages')).filter(({ method }) => method === 'POST');
    expect(posts).toHaveLength(1);
    expect((await post(`/messages/${sent.body.id}/cancel`)).status).toBe(409);
    expect((await post(`/messages/${sent.body.id}/decide`, { decision: 'send_again' })).status).toBe(409);
  });

  it('are not sent twice when the process died before it answered, and the same Idempotency-Key comes again', async () => {
    const { account, id } = await launch();
    const { body: template } = await post(`/companies/${company.companyId}/templates`, {
      name: 'On the way',
      body: 'Your technician is on the way.',
      variables: [],
    });
    const message = { connectionId: id, templateId: template.id, to: freshNumber() };
    const headers = { 'idempotency-key': 'died-1' };
    const send = () => post(`/companies/${company.companyId}/messages`, message, headers);
    const { body: first } = await send();
    const forget = `UPDATE api_idempotency_keys SET state = 'running', status = NULL, body = NULL, key_version = 0,
      begun_at = begun_at - INTERVAL 2 MINUTE WHERE idempotency_key = 'died-1'`;
    await engine.appDatabase.query(forget);
    expect(await send()).toMatchObject({ status: 202, body: { id: first.id } });
    await until(
      () => get(`/messages/${first.id}`),
      ({ body }) => body.status === 'delivered',
    );
    await engine.appDatabase.query(forget);
    expect(await send()).toMatchObject({ status: 202, body: { id: first.id, status: 'delivered' } });
    const asked = (await askedOf(engine, { account }, '/Messages.json')).filter(({ method }) => method === 'POST');
    expect(asked).toHaveLength(1);
  });
});

describe('Escalations by HTTP', () => {
  it('are acknowledged, taken over and resolved, and say when that is already so', async () => {
    const { id, path, account } = await launch({ escalateAfterFailedRuns: 1 });
    await breakTwilio(engine, { account }, '/Messages', { kind: 'status500', times: 50 });
    await post(`${path}/sync`, { stream: 'messages' });
    const listed = await until(
      () => get(`/companies/${company.companyId}/escalations?connectionId=${id}&open=true`),
      ({ body }) => body.items.length === 1,
    );
    const escalation = `/escalations/${listed.body.items[0].id}`;
    const told = await until(
      () => get(escalation),
      ({ body }) => body.alerts.some(({ state }: { state: string }) => state === 'sent'),
    );
    expect(told.body.alerts[0]).toMatchObject({ rung: 1, userId: company.owner.id });
    expect((await post(`${escalation}/acknowledge`)).body.verdict).toBe('accepted');
    expect((await post(`${escalation}/acknowledge`)).body.verdict).toBe('already');
    expect((await post(`${escalation}/take-over`)).body.verdict).toBe('accepted');
    expect((await get(escalation)).body).toMatchObject({ state: 'taken_over', takenOverBy: actor });
    expect((await post(`${escalation}/resolve`, { note: 'The provider was down.' })).body.verdict).toBe('accepted');
    await until(
      () => get(escalation),
      ({ body }) => body.closedAt !== null,
    );
    expect((await post(`${escalation}/resolve`, { note: 'Again.' })).body.verdict).toBe('already');
  });
});

describe('Histories and log lines', () => {
  it('hold no credential, phone number, name or key', async () => {
    expect(await engine.leaks()).toEqual([]);
  });
});
