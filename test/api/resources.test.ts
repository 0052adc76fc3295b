import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { authToken, by, clientNumber, company, connection, everything, platformKey, senderNumber } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;
let platform: string;

beforeAll(async () => {
  api = await startApi({ answerWithinMs: 300 });
  ours = await company(api, 'Ours');
  things = await everything(api, ours.id);
  platform = await platformKey(api);
});
afterAll(() => api.close());

const get = (path: string, key = ours.keys.company_admin) => api.call('GET', `/v1${path}`, { key });
const post = (path: string, body: unknown, key = ours.keys.company_admin, headers = {}) =>
  api.call('POST', `/v1${path}`, { key, body, headers });
const patch = (path: string, body: unknown) => api.call('PATCH', `/v1${path}`, { key: ours.keys.company_admin, body });

describe('Companies, people and keys', () => {
  it('are created by those who may, and listed without what must not be seen', async () => {
    const made = await post('/companies', { name: 'Acme', timeZone: 'Europe/Vienna' }, platform);
    expect([made.status, made.body.name, made.body.parentCompanyId]).toEqual([201, 'Acme', null]);
    expect((await post('/companies', { name: 'Acme', timeZone: 'Mars/Olympus' }, platform)).body.error.issues[0].path).toBe(
      'timeZone',
    );

    const person = { name: 'Ann', email: 'ann@example.com', phone: clientNumber, role: 'operator' };
    const user = await post(`/companies/${made.body.id}/users`, person, platform);
    expect([user.status, user.body.phone]).toEqual([201, '••••2671']);
    const key = await post(
      `/companies/${made.body.id}/api-keys`,
      { label: 'Ann', role: 'operator', userId: user.body.id },
      platform,
    );
    expect(key.body.key).toMatch(/^lw_/);
    const listed = await get(`/companies/${made.body.id}/api-keys`, platform);
    expect(listed.body.items).toMatchObject([{ label: 'Ann', role: 'operator', revokedAt: null }]);
    expect(listed.text).not.toContain(key.body.key);
  });

  it('of the platform itself are made with its own keys alone', async () => {
    const person = { name: 'Root', email: 'root@example.com', phone: clientNumber };
    expect((await post('/users', person, platform)).body).toMatchObject({ companyId: null, role: 'platform_admin' });
    expect((await post('/users', person)).status).toBe(403);
    const key = await post('/api-keys', { label: 'ops', role: 'operator' }, platform);
    expect((await get(`/companies/${ours.id}`, key.body.key)).status).toBe(200);
    expect((await get('/api-keys', platform)).body.items.length).toBeGreaterThan(1);
    expect((await get('/audit', platform)).body.items.length).toBeGreaterThan(0);
  });

  it('page by cursor, each once', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await get(`/companies/${ours.id}/api-keys?limit=2${cursor}`);
      seen.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor ? `&cursor=${encodeURIComponent(body.nextCursor)}` : '';
    } while (cursor);
    expect(seen.length).toBe(5);
    expect(new Set(seen).size).toBe(5);
  });
});

describe('Providers', () => {
  it('show their forms as JSON Schema with the secrets marked', async () => {
    expect((await get('/providers')).body.items.map(({ key }: { key: string }) => key)).toContain('twilio');
    const { body } = await get('/providers/twilio');
    const basic = body.auth.find(({ kind }: { kind: string }) => kind === 'basic');
    expect(basic.credentials.properties.authToken).toMatchObject({ type: 'string', writeOnly: true });
    expect(basic.credentials.properties.accountSid.writeOnly).toBeUndefined();
    expect(body.settings.type).toBe('object');
    expect((await get('/providers/nobody')).status).toBe(404);
  });
});

describe('Connections', () => {
  it('say their state, next action, freshness and workflow in words', async () => {
    const { body } = await get(`/connections/${things['connectionId']}`);
    expect(body).toMatchObject({
      state: 'active',
      clientSentence: 'Up to date.',
      nextAction: 'Nothing to do.',
      freshness: { stale: true },
      webhookUrl: `https://hooks.example.com/webhooks/twilio/${things['connectionId']}`,
      workflow: {
        id: `connector:${things['connectionId']}`,
        url: `http://127.0.0.1:8233/namespaces/default/workflows/connector%3A${things['connectionId']}`,
      },
    });
    expect((await get(`/companies/${ours.id}/connections?state=active`)).body.items).toHaveLength(1);
    expect((await get(`/companies/${ours.id}/connections?state=paused`)).body.items).toEqual([]);
  });

  it('are recorded although Temporal is down, and their onboarding starts with its first step', async () => {
    const made = await post(`/companies/${ours.id}/connections`, {
      providerKey: 'twilio',
      purpose: 'x',
      label: 'y',
      reason: 'z',
    });
    expect([made.status, made.body.state, made.body.onboardingStarted]).toEqual([201, 'onboarding', false]);
    const step = await post(`/connections/${made.body.id}/onboarding/records`, {});
    expect([503, 504]).toContain(step.status);
    expect(step.body.error.code).toMatch(/temporal_unavailable|no_answer_yet/);
  });

  it('take settings that their provider knows, and a policy in parts', async () => {
    const path = `/connections/${things['connectionId']}`;
    expect((await patch(`${path}/settings`, { settings: { region: 'ie1' } })).body.settings).toEqual({ region: 'ie1' });
    expect((await patch(`${path}/settings`, { settings: { region: null } })).body.settings).toEqual({});
    const wrong = await patch(`${path}/settings`, { settings: { region: 'mars', colour: 1 } });
    expect(wrong.body.error.issues.map((issue: { path: string }) => issue.path)).toEqual(['settings.region', 'settings.colour']);
    expect((await patch(`${path}/policy`, { policy: { cadenceS: { faxes: 60 } } })).body.error.issues[0].path).toBe(
      'policy.cadenceS.faxes',
    );
  });

  it('take another name and owner, who must be somebody that looks after them', async () => {
    const path = `/connections/${things['connectionId']}`;
    const owner = { ownerUserId: things['userId'] };
    const { body } = await patch(path, { label: ' Back office ', ...owner, was: { label: 'Front desk', ownerUserId: null } });
    expect(body).toMatchObject({ label: 'Back office', purpose: 'messages', owner: { name: 'Ann', by: 'assigned' } });
    expect((await patch(path, { label: '', reason: 'x'.repeat(281) })).body.error.issues).toHaveLength(2);
    const person = { companyId: ours.id, name: 'Cleo', email: 'cleo@example.com', phone: null, role: 'client' as const };
    const client = await api.stores.users.create(person, by);
    const wrong = await patch(path, { ownerUserId: client.id });
    expect([wrong.status, wrong.body.error.issues[0].path]).toEqual([400, 'ownerUserId']);
    const theirs = await everything(api, (await company(api, 'Theirs')).id);
    expect((await patch(path, { ownerUserId: theirs['userId'] })).status).toBe(404);
    const [newest] = (await api.stores.audit.list({ companyId: ours.id, action: 'connection.settings', limit: 9 })).items.filter(
      ({ outcome }) => outcome === 'done',
    );
    expect(newest).toMatchObject({
      detail: { facts: ['label', 'ownerUserId'] },
      before: { label: 'Front desk', ownerUserId: null },
      after: { label: 'Back office', ...owner },
    });
    await patch(path, { label: 'Front desk', ownerUserId: null });
  });

  it('of two who change the same tell the later, field by field, and overwrite nothing', async () => {
    const path = `/connections/${things['connectionId']}`;
    const wrong = (answer: { status: number; body: any }) => [
      answer.status,
      answer.body.error?.issues?.map((issue: { path: string }) => issue.path),
    ];
    const first = { label: 'First', was: { label: 'Front desk' } };
    expect((await patch(path, first)).status).toBe(200);
    expect(wrong(await patch(path, { label: 'Second', reason: 'Why', was: { label: 'Front desk', reason: 'Test' } }))).toEqual([
      409,
      ['label'],
    ]);
    expect((await get(path)).body).toMatchObject({ label: 'First', reason: 'Test' });
    // Whoever changes something else, or asks again because an answer was lost, is in nobody's way.
    expect((await patch(path, { reason: 'Why', was: { reason: 'Test' } })).body).toMatchObject({ label: 'First', reason: 'Why' });
    expect((await patch(path, first)).status).toBe(200);

    const region = (wanted: string | null, was: string | null) =>
      patch(`${path}/settings`, { settings: { region: wanted }, was: { region: was } });
    expect((await region('ie1', null)).status).toBe(200);
    expect(wrong(await region('us1', null))).toEqual([409, ['settings.region']]);
    expect((await region('ie1', null)).body.settings).toEqual({ region: 'ie1' });
    expect((await region(null, 'ie1')).body.settings).toEqual({});
    await patch(path, { label: 'Front desk', reason: 'Test' });
  });

  it('keep of a policy what was set alone: the rest goes on as usual, and may be usual again', async () => {
    const path = `/connections/${things['connectionId']}`;
    const set = (policy: object, was: object = {}) => patch(`${path}/policy`, { policy, was });
    const policyNow = async () => (await get(path)).body;
    const usual = (await policyNow()).policy.freshWithinS;
    // Temporal is down here: what is saved is saved, and the answer says that nobody has told it yet.
    const saved = await set({ escalateAfterFailedRuns: 5, cadenceS: { messages: 60 } });
    expect([503, 504]).toContain(saved.status);
    expect(saved.body.error.message).toMatch(/^It is saved, but what runs by it could not be told yet/);
    const jobs = await api.stores.jobs.list(things['connectionId']!);
    expect(jobs.find(({ stream }) => stream === 'messages')!.cadenceS).toBe(60);
    const set1 = { escalateAfterFailedRuns: 5, cadenceS: { messages: 60 } };
    expect(await policyNow()).toMatchObject({ policy: { ...set1, freshWithinS: 120 }, policyOverrides: set1 });
    expect((await set({ cadenceS: { messages: 90 } }, { cadenceS: { messages: null } })).body.error).toMatchObject({
      code: 'conflict',
      issues: [{ path: 'policy.cadenceS.messages' }],
    });
    await set({ delivery: { quietHours: null } });
    await set({ escalateAfterFailedRuns: null, cadenceS: { messages: null } }, set1);
    const { policy, policyOverrides } = await policyNow();
    expect(policyOverrides).toEqual({ cadenceS: {}, delivery: { quietHours: null } });
    expect(policy).toMatchObject({ escalateAfterFailedRuns: 3, freshWithinS: usual, delivery: { quietHours: null } });
  });

  it('list what their account reaches, with numbers by their last four digits', async () => {
    const { body, text } = await get(`/connections/${things['connectionId']}/senders`);
    expect(body.items).toMatchObject([{ kind: 'number', label: 'Front desk', address: '••••0199', capabilities: ['sms'] }]);
    expect(text).not.toContain(senderNumber);
  });

  it('that are disconnected or in onboarding answer every command by their state', async () => {
    const ended = await connection(api, ours.id, 'disconnected');
    const begun = await connection(api, ours.id, 'onboarding');
    const value = {
      metricKey: 'messages_delivered',
      value: '3',
      periodStart: '2026-11-01',
      periodEnd: '2026-11-21',
      reason: 'By hand',
    };
    const commands: [string, object][] = [
      ['sync', {}],
      ['pause', { reason: 'x' }],
      ['resume', {}],
      ['manual-values', value],
      ['reauthorize', { credentials: { kind: 'basic', values: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'new' } } }],
    ];
    for (const [command, body] of commands)
      for (const [id, word] of [
        [ended, /disconnected/],
        [begun, /onboarding/],
      ] as const) {
        const answer = await post(`/connections/${id}/${command}`, body);
        expect([command, answer.status]).toEqual([command, 409]);
        expect(answer.body.error).toMatchObject({ code: 'refused', message: expect.stringMatching(word) });
      }
    expect((await post(`/connections/${ended}/disconnect`, { reason: 'x' })).body).toMatchObject({ verdict: 'already' });
    expect((await post(`/connections/${begun}/disconnect`, { reason: 'x' })).body.error).toMatchObject({
      message: expect.stringMatching(/cancel its onboarding/),
      workflow: { id: `onboarding:${begun}` },
    });
    expect(await api.stores.credentials.staged(begun)).toBeNull();
  });
});

describe('Mappings', () => {
  it('are published as the next version, and an equal one changes nothing', async () => {
    const path = `/connections/${things['connectionId']}/mappings`;
    const mapping = {
      object: 'message',
      externalId: 'sid',
      sourceUpdatedAt: 'date_updated',
      fields: [
        { target: 'direction', source: 'direction', transform: { kind: 'enum', values: { inbound: 'inbound' } }, required: true },
        { target: 'status', source: 'status', transform: { kind: 'enum', values: { sent: 'sent' } }, required: true },
      ],
    };
    expect((await post(path, mapping)).body.version).toBe(1);
    expect((await post(path, mapping)).body.version).toBe(1);
    expect((await post(path, { ...mapping, externalId: 'id' })).body.version).toBe(2);
    expect((await get(path)).body.items.map(({ version }: { version: number }) => version)).toEqual([2, 1]);
  });
});

describe('Templates', () => {
  it('are checked, sized and versioned', async () => {
    const made = await post(`/companies/${ours.id}/templates`, {
      name: 'Reminder',
      body: 'See you at {{time}} ✂',
      variables: ['time'],
    });
    expect(made.body).toMatchObject({ version: 1, size: { encoding: 'UCS-2', segments: 1 } });
    const path = `/templates/${made.body.id}`;
    expect((await patch(path, { body: 'At {{time}}', variables: [] })).status).toBe(400);
    expect((await patch(path, { body: 'At {{time}}', variables: ['time'] })).body).toMatchObject({
      version: 2,
      size: { encoding: 'GSM-7' },
    });
    expect((await get(path)).body.body).toBe('At {{time}}');
    expect((await get(`/companies/${ours.id}/templates`)).body.items).toHaveLength(2);
  });
});

describe('Messages', () => {
  const message = () => ({
    connectionId: things['connectionId'],
    templateId: things['templateId'],
    variables: { name: 'canary-Zoe' },
    to: clientNumber,
  });

  it('to a person who opted out are refused, and nothing is stored', async () => {
    const to = '+14155552999';
    const owner = { connectionId: things['connectionId']!, companyId: ours.id };
    await api.stores.optOuts.record({ ...owner, address: to, state: 'out', source: 'keyword', at: new Date() });
    const before = (await get(`/companies/${ours.id}/messages`)).body.items.length;
    const answer = await post(`/companies/${ours.id}/messages`, { ...message(), to });
    expect([answer.status, answer.body.error.code]).toEqual([422, 'opted_out']);
    expect((await get(`/companies/${ours.id}/messages`)).body.items.length).toBe(before);
    await api.stores.optOuts.record({ ...owner, address: '+14155553000', state: 'in', source: 'keyword', at: new Date() });
    const first = await get(`/connections/${things['connectionId']}/opt-outs?limit=1`);
    expect(first.body.items).toMatchObject([{ address: '••••2999', state: 'out' }]);
    expect(first.text).not.toContain(to);
    const second = await get(`/connections/${things['connectionId']}/opt-outs?limit=1&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({ items: [{ address: '••••3000', state: 'in' }], nextCursor: null });
  });

  it('whose workflow cannot be started are cancelled at once and said so', async () => {
    const answer = await post(`/companies/${ours.id}/messages`, message());
    expect([503, 504]).toContain(answer.status);
    const { body } = await get(`/companies/${ours.id}/messages?status=cancelled`);
    expect(body.items).toMatchObject([
      { status: 'cancelled', sentence: expect.stringMatching(/Temporal did not answer: send it again/) },
    ]);
  });

  it('are shown without their text and with numbers by their last four digits', async () => {
    const { body, text } = await get(`/messages/${things['deliveryId']}`);
    expect(body).toMatchObject({
      from: '••••0199',
      to: '••••2671',
      status: 'queued',
      segments: 1,
      history: [{ status: 'queued', source: 'us' }],
    });
    expect(body.workflow.id).toBe(`message:${things['deliveryId']}`);
    expect(text).not.toMatch(/canary|\+1415/);
  });
});

describe('Failed work, incidents and tasks', () => {
  it('queue items are shown, refused a retry that means nothing, and closed by a person', async () => {
    const path = `/queue/${things['itemId']}`;
    expect((await get(path)).body).toMatchObject({
      kind: 'event',
      state: 'pending',
      code: 'defect',
      mend: 'time',
      next: expect.stringContaining('It is tried again by itself at'),
      workflow: { id: `retries:${things['connectionId']}` },
    });
    expect((await post(`${path}/retry`, {})).status).toBe(409);
    expect((await post(`${path}/resolve`, { note: 'Corrected by hand.' })).body).toMatchObject({
      state: 'resolved',
      note: 'Corrected by hand.',
    });
    expect((await post(`${path}/ignore`, { reason: 'x' })).status).toBe(409);
    expect((await get(`/companies/${ours.id}/queue?open=true`)).body.items).toHaveLength(0);
    const opened = await post(`${path}/reopen`, {});
    expect(opened.body).toMatchObject({ state: 'pending', closedAt: null, nextAttemptAt: expect.any(String) });
    const { body: groups } = await get(`/companies/${ours.id}/queue/groups`);
    const { reason } = opened.body;
    expect(groups.items).toMatchObject([{ items: 1, dead: 0, filter: { reason }, newest: { id: things['itemId'] } }]);
    const closeAll = { filter: groups.items[0].filter, note: 'Corrected by hand.' };
    const closed = await post(`/connections/${things['connectionId']}/queue/resolve`, closeAll);
    expect(closed.body).toMatchObject({ closed: 1, left: 0, closedAt: expect.any(String) });
    const undo = { closedAt: closed.body.closedAt };
    const undone = await post(`/connections/${things['connectionId']}/queue/reopen`, undo);
    expect(undone.body).toEqual({ reopened: 1, kept: 0 });
    expect((await post(`${path}/resolve`, { note: 'Corrected by hand.' })).status).toBe(200);
    expect((await get(`/companies/${ours.id}/queue?state=resolved`)).body.items).toHaveLength(1);
  });

  it('a stored event that failed waits again after a retry', async () => {
    const owner = { connectionId: things['connectionId']!, companyId: ours.id };
    await api.traffic.events.storeBatch([
      {
        ...owner,
        providerKey: 'twilio',
        source: 'webhook',
        key: 'k1',
        type: 'message_status',
        occurredAt: null,
        receivedAt: new Date(),
        data: { canary: 'canary-payload' },
      },
    ]);
    const rawEventId = (await api.traffic.events.idOf(owner.connectionId, 'k1'))!;
    await api.traffic.events.markFailed(owner.connectionId, rawEventId, 'defect', 'It could not be applied.');
    const item = await api.stores.errorQueue.put({
      ...owner,
      kind: 'event',
      cause: rawEventId,
      code: 'defect',
      sentence: 'It could not be applied.',
      rawEventId,
    });
    const listed = await get(`/connections/${owner.connectionId}/events`);
    expect(listed.body.items[0]).toMatchObject({
      type: 'message_status',
      state: 'failed',
      sentence: 'It could not be applied.',
    });
    expect(listed.text).not.toContain('canary');
    expect((await post(`/queue/${item.id}/retry`, {})).body.state).toBe('retrying');
    expect(await api.traffic.events.countWaiting(owner.connectionId)).toBe(1);
  });

  it('incidents show their alerts, and one that is closed is already so', async () => {
    const path = `/escalations/${things['incidentId']}`;
    const { alertId } = await api.stores.incidents.claimAlert({
      incidentId: things['incidentId']!,
      kind: 'opened',
      rung: 1,
      userId: await aUser(),
      channel: 'sms',
    });
    await api.stores.incidents.alertSent(alertId, { externalId: 'SM1' });
    expect((await get(path)).body).toMatchObject({
      state: 'open',
      cause: 'provider_unavailable',
      alerts: [{ rung: 1, state: 'sent' }],
      next: { rung: 2, at: expect.any(String) },
      people: [{ name: 'B' }],
    });
    await api.stores.incidents.acknowledge(things['incidentId']!, 'key_1');
    const { next, ladder } = (await get(path)).body;
    expect([next, ladder.map(({ tell }: { tell: string }) => tell)]).toEqual([
      null,
      ['owner', 'company_admin', 'platform_admin'],
    ]);
    expect((await get(`/companies/${ours.id}/escalations?open=true`)).body.items).toHaveLength(1);
    expect((await get(`/companies/${ours.id}/escalations?open=maybe`)).status).toBe(400);
  });

  it('tasks are completed once, with a note', async () => {
    expect((await get(`/companies/${ours.id}/tasks?open=true`)).body.items).toMatchObject([
      { subject: things['deliveryId'], workflow: { id: `message:${things['deliveryId']}` } },
    ]);
    expect((await post(`/tasks/${things['taskId']}/complete`, { note: 'Done.' })).body).toMatchObject({ note: 'Done.' });
    expect((await get(`/companies/${ours.id}/tasks?open=true`)).body.items).toEqual([]);
  });

  const aUser = async () =>
    (await api.stores.users.create({ companyId: ours.id, name: 'B', email: 'b@example.com', phone: null, role: 'operator' }, by))
      .id;
});

describe('Runs, health and logs', () => {
  it('anomalies are listed for the whole company too', async () => {
    const of = async (path: string) => (await get(`${path}/anomalies?open=true`)).body.items;
    expect(await of(`/companies/${ours.id}`)).toMatchObject([{ id: things['anomalyId'], decision: null }]);
    expect(await of(`/companies/${ours.id}`)).toEqual(await of(`/connections/${things['connectionId']}`));
  });

  it('show runs with their counts and workflow', async () => {
    const run = (await get(`/runs/${things['runId']}`)).body;
    expect(run).toMatchObject({ trigger: 'manual', outcome: null, counts: { created: 0 } });
    expect(run.workflow.url).toContain(encodeURIComponent(run.workflow.id));
    expect((await get(`/connections/${things['connectionId']}/runs?jobId=${run.jobId}`)).body.items).toHaveLength(1);
    expect((await get(`/runs/${things['runId']}/errors`)).body).toEqual({ items: [], nextCursor: null });
    const [job] = (await get(`/connections/${things['connectionId']}/jobs`)).body.items;
    expect(job).not.toHaveProperty('cursor');
    expect(job.schedule.url).toMatch(new RegExp(`/schedules/sync%3A${job.id}$`));
  });

  it('show health, summaries and calls to the provider', async () => {
    const owner = { connectionId: things['connectionId']!, companyId: ours.id };
    await api.stores.health.record({ kind: 'run', ...owner, ok: true, latencyMs: 12, code: null, sentence: 'It answers.' });
    await api.stores.runs.close(things['runId']!, { outcome: 'succeeded' });
    const call = {
      ...owner,
      providerKey: 'twilio',
      at: new Date(),
      method: 'GET',
      path: '/x',
      status: 200,
      latencyMs: 5,
      outcome: 'ok' as const,
      note: null,
    };
    await api.traffic.logs.append([call]);
    const health = (await get(`/companies/${ours.id}/health`)).body.items;
    expect(health.find((entry: { connectionId: string }) => entry.connectionId === owner.connectionId)).toMatchObject({
      check: { ok: true, latencyMs: 12 },
      headroom: null,
    });
    await api.stores.health.sawQuota({ ...owner, name: 'day', limit: 1_000, remaining: 30 });
    const told = (await get(`/companies/${ours.id}/health`)).body.items;
    expect(told.find((entry: { connectionId: string }) => entry.connectionId === owner.connectionId).headroom).toEqual({
      name: 'day',
      limit: 1_000,
      remaining: 30,
      resetsAt: expect.stringMatching(/^20\d\d-.*Z$/),
      sentence: '30 of the 1000 calls that the provider allows in a day are left.',
    });
    expect((await get(`/companies/${ours.id}/summaries`)).body.items).toMatchObject([
      { providerKey: 'twilio', runs: { succeeded: 1 } },
    ]);
    expect((await get(`/companies/${ours.id}/summaries?from=2020-01-01&to=2026-01-01`)).status).toBe(400);
    expect((await get(`/connections/${owner.connectionId}/api-calls`)).body.items).toMatchObject([{ path: '/x', outcome: 'ok' }]);
  });
});

describe('The portal', () => {
  it('shows cards and notes of exactly the promised fields', async () => {
    const owner = { connectionId: things['connectionId']!, companyId: ours.id };
    await api.stores.cards.save({
      ...owner,
      metricKey: 'messages_delivered',
      nextAction: 'Nothing for you to do.',
      explanation: 'Reminders go out.',
    });
    await api.stores.metrics.saveSnapshot({
      ...owner,
      metricKey: 'messages_delivered',
      kind: 'baseline',
      value: '12',
      at: new Date('2026-11-01T00:00:00Z'),
    });
    const cards = (await get(`/companies/${ours.id}/portal/cards`, ours.keys.client)).body.items;
    expect(Object.keys(cards[0]).toSorted()).toEqual([
      'baseline',
      'current',
      'enteredByPerson',
      'nextAction',
      'period',
      'sourceLabel',
      'status',
      'statusSentence',
      'title',
      'unit',
    ]);
    expect(cards[0]).toMatchObject({ sourceLabel: 'Twilio', baseline: { value: '12', date: '2026-11-01' }, status: 'stale' });

    const happened = { kind: 'messages_delivered', subject: '2026-11-20', sentence: '9 texts arrived.', at: new Date() };
    await api.traffic.activity.append([{ companyId: ours.id, connectionId: owner.connectionId, ...happened }]);
    const [activity] = (await get(`/companies/${ours.id}/activity?limit=1`, ours.keys.viewer)).body.items;
    expect(activity).toMatchObject({ sourceLabel: 'Twilio', sentence: '9 texts arrived.' });
    const note = {
      activityId: activity.id,
      connectionId: owner.connectionId,
      body: 'Reminders doubled.',
      from: '2026-11-01',
      until: '2026-11-21',
      action: 'Book more slots.',
    };
    const written = await post(`/companies/${ours.id}/portal/notes`, note, ours.keys.operator);
    expect([written.status, written.body]).toMatchObject([201, { id: expect.any(String), publication: 'published' }]);
    const notes = (await get(`/companies/${ours.id}/portal/notes`, ours.keys.client)).body.items;
    expect(notes).toEqual([
      { body: 'Reminders doubled.', sourceLabel: 'Twilio', from: '2026-11-01', until: '2026-11-21', action: 'Book more slots.' },
    ]);
  });
});

describe('Creating calls with an Idempotency-Key', () => {
  const path = () => `/companies/${ours.id}/templates`;
  const template = { name: 'Once', body: 'Hi', variables: [] };

  it('are carried out once, and the repeat gets the first answer', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    const [first, second] = [await post(path(), template, undefined, headers), await post(path(), template, undefined, headers)];
    expect([first.status, second.status, second.body]).toEqual([201, 201, first.body]);
    const { body } = await get(`${path()}?limit=100`);
    expect(body.items.filter(({ name }: { name: string }) => name === 'Once')).toHaveLength(1);
  });

  it('ten at once make one thing', async () => {
    const headers = { 'idempotency-key': 'order-2' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => post(path(), { ...template, name: 'Ten' }, undefined, headers)),
    );
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    const { body } = await get(`${path()}?limit=100`);
    expect(body.items.filter(({ name }: { name: string }) => name === 'Ten')).toHaveLength(1);
  });

  it('with another body are refused, and a key that failed may be used again', async () => {
    const headers = { 'idempotency-key': 'order-3' };
    expect((await post(path(), { ...template, body: '{{x}}' }, undefined, headers)).status).toBe(400);
    expect((await post(path(), template, undefined, headers)).status).toBe(201);
    expect((await post(path(), { ...template, body: 'Ho' }, undefined, headers)).body.error.code).toBe('idempotency_mismatch');
  });

  it('are another’s business under the same key', async () => {
    const headers = { 'idempotency-key': 'order-4' };
    const first = await post(path(), template, undefined, headers);
    expect((await post(path(), template, platform, headers)).body.id).not.toBe(first.body.id);
  });
});

describe('Secrets and personal data', () => {
  it('never stand in an answer or a log line', async () => {
    const before = api.logLines.length;
    const connectionId = await connection(api, ours.id, 'onboarding');
    await post(`/connections/${connectionId}/onboarding/access`, {
      credentials: { kind: 'basic', values: { accountSid: `AC${'0'.repeat(32)}`, authToken } },
    });
    await post(`/companies/${ours.id}/messages`, {
      connectionId,
      templateId: things['templateId'],
      variables: { name: 'canary-Zoe' },
      to: clientNumber,
    });
    await api.call('GET', `/v1/companies/${encodeURIComponent(clientNumber)}?to=${clientNumber}`, { key: ours.keys.viewer });
    await api.call('POST', `/nowhere/${clientNumber}`, { key: ours.keys.viewer, body: { token: 'canary-body' } });
    const lines = api.logLines.slice(before).join('');
    expect(api.logLines.length).toBeGreaterThanOrEqual(before + 4);
    expect(lines).not.toMatch(/canary|14155552671|lw_|Bearer/);
    expect((await get(`/connections/${connectionId}`)).text).not.toContain(authToken);
  });
});
