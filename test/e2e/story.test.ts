/** The story of `npm run demo`, told over real HTTP to the real engine, with the rows and histories it leaves behind. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiClient } from '../../scripts/demo/client.ts';
import { tellStory, type Told } from '../../scripts/demo/story.ts';
import { createCompany } from '../harness/scene.ts';
import { startEngine, type Engine } from '../harness/engine.ts';

describe('the whole story', () => {
  let engine: Engine;
  let companyId: string;
  let adminKey: string;
  let told: Told;
  const chapters: string[] = [];

  beforeAll(async () => {
    engine = await startEngine();
    ({ companyId } = await createCompany(engine));
    adminKey = (await engine.app.apiKeys.create({ companyId: null, role: 'platform_admin', label: 'test' }, { actor: 'test' }))
      .key;
    told = await tellStory({
      apiUrl: engine.url,
      sandboxUrl: engine.sandbox.url,
      adminKey,
      companyId,
      notifyAccountSid: engine.notifier.accountSid,
      say: (chapter) => void chapters.push(chapter),
    });
  }, 120_000);
  afterAll(() => engine.stop());

  it('reaches its last chapter', () => {
    expect(chapters.at(-1)).toBe('Client');
  });

  it('leaves an active connection with its credentials in force and no staged ones', async () => {
    const connection = await engine.app.connections.get(told.connectionId);
    expect(connection).toMatchObject({ state: 'active', companyId, providerKey: 'twilio' });
    expect(connection.lastSuccessAt).toBeInstanceOf(Date);
    expect((await engine.app.credentials.active(told.connectionId))?.values['accountSid']).toBe(told.accountSid);
    expect(await engine.app.credentials.staged(told.connectionId)).toBeNull();
  });

  it('leaves each message of the account as one row, and its statuses as the provider told them', async () => {
    const { items } = await engine.app.records.messages({ connectionId: told.connectionId, direction: 'inbound', limit: 100 });
    expect(new Set(items.map(({ externalId }) => externalId)).size).toBe(items.length);
    const delivery = await engine.app.deliveries.find(told.deliveryId);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 1 });
    const history = await engine.app.deliveries.history(told.deliveryId);
    expect(history.map(({ status }) => status)).toEqual(expect.arrayContaining(['sending', 'delivered']));
  });

  it('leaves the runs with their outcomes: test runs, good ones, three failures in a row, and the recovery', async () => {
    const jobs = await engine.app.jobs.list(told.connectionId);
    const messages = jobs.find(({ stream }) => stream === 'messages')!;
    const { items } = await engine.app.runs.list({ connectionId: told.connectionId, jobId: messages.id, limit: 100 });
    const outcomes = items.toSorted((a, b) => a.startedAt.getTime() - b.startedAt.getTime()).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['succeeded', 'succeeded', 'failed', 'failed', 'failed', 'succeeded']);
    expect(messages.runningRunId).toBeNull();
  });

  it('leaves a closed incident with one notice and one word that it is over, and the difference to the value entered by hand', async () => {
    const incident = await engine.app.incidents.find(told.incidentId);
    expect(incident).toMatchObject({ state: 'recovered', cause: 'provider_unavailable' });
    expect(incident?.takenOverBy).not.toBeNull();
    expect(await engine.app.incidents.alerts(told.incidentId)).toMatchObject([
      { kind: 'opened', state: 'sent', rung: 1 },
      { kind: 'over', state: 'sent' },
    ]);
    expect(await engine.app.manualValues.reconciliations(told.connectionId)).toMatchObject([{ manualValue: '600' }]);
  });

  it('leaves no event waiting, and nothing open in the queue: the franchise key settled an event, a later run the page', async () => {
    expect(await engine.traffic.events.countWaiting(told.connectionId)).toBe(0);
    const { items } = await engine.app.errorQueue.list({ connectionId: told.connectionId, limit: 10 });
    expect(items.map(({ kind, state, closedBy }) => `${kind} ${state} by ${closedBy}`).toSorted()).toEqual([
      'event resolved by engine',
      'page resolved by engine',
    ]);
  });

  it('leaves an audit row for each step and each change that a person made, by whom', async () => {
    const { items: all } = await engine.app.audit.list({ companyId, limit: 1_000 });
    const items = all.filter(({ subject }) => subject !== told.deals.connectionId);
    const byPeople = items.filter(({ actor }) => actor !== 'engine').map(({ action }) => action);
    const steps = ['access', 'records', 'mapping', 'test_run', 'baseline', 'launch'].map((step) => `onboarding.${step}`);
    const changes = [
      'connection.create',
      'credentials.stage',
      'mapping.publish',
      'template.create',
      'message.send',
      'metric.enter',
    ];
    const answers = ['incident.acknowledge', 'incident.take_over'];
    expect(byPeople).toEqual(expect.arrayContaining([...steps, ...changes, ...answers]));
    const states = items.filter(({ action }) => action === 'connection.state').map(({ actor, detail }) => [actor, detail['to']]);
    const [admin] = items.filter(({ action }) => action === 'onboarding.launch').map(({ actor }) => actor);
    expect(states.toReversed()).toEqual([
      [admin, 'active'],
      ['engine', 'degraded'],
      [admin, 'manual_fallback'],
      ['engine', 'active'],
      [admin, 'paused'],
      [admin, 'active'],
    ]);
  });

  it('leaves every event applied, the calls that failed, and who opted out, as rows of both databases', async () => {
    const { connectionId } = told;
    const events = await engine.traffic.events.list({ connectionId, limit: 100 });
    expect(new Set(events.items.map(({ state }) => state))).toEqual(new Set(['applied']));
    const calls = await engine.traffic.logs.list({ connectionId, limit: 100 });
    expect(calls.items.some(({ status }) => status === 500)).toBe(true);
    const optOuts = await engine.app.optOuts.list({ connectionId, limit: 5 });
    expect(optOuts.items).toMatchObject([{ state: 'out', source: 'keyword' }]);
  });

  it('leaves the deals of HubSpot with the steps of their history, each once, and what the admin said of a stage', async () => {
    const { connectionId } = told.deals;
    const deals = await engine.app.deals.list({ connectionId, limit: 1_000 });
    const { items } = await engine.app.deals.movements({ connectionId, limit: 1_000 });
    expect(deals.items).toHaveLength(62);
    // Two that people moved at HubSpot, of which one was won from here.
    expect(items).toHaveLength(60 * 3 + 2 * 2 + 1);
    expect(items.some(({ toMeaning }) => toMeaning?.name === 'Offer out')).toBe(true);
    expect(items.filter(({ rawEventId }) => rawEventId !== null)).toHaveLength(4);
    expect(told.deals.card).toMatchObject({ sourceLabel: 'HubSpot', status: 'current', enteredByPerson: false });
  });

  it('shows the client a card with exactly the fields of the allow-list', () => {
    expect(Object.keys(told.card).toSorted()).toEqual(
      [
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
      ].toSorted(),
    );
  });

  it('leaves no secret, phone number or message body in any history, log line or portal answer', async () => {
    // Long enough that sealed bytes do not hold them by chance.
    for (const canary of ['Can you come on Tuesday?', 'Are you there?', 'your appointment is on', 'Adaline Quimby'])
      engine.canaries.add(canary);
    const sent = await engine.sandbox.control<{ to: string; from: string }[]>('twilio', 'messages', {
      accountSid: told.accountSid,
    });
    for (const { to, from } of sent) engine.canaries.add(to).add(from);
    const { values } = (await engine.app.credentials.active(told.connectionId))!;
    engine.canaries.add(values['authToken']!);
    expect(await engine.leaks()).toEqual([]);
    const portal = JSON.stringify(await apiClient(engine.url, adminKey).call('GET', `/companies/${companyId}/portal/cards`));
    expect([...engine.canaries].filter((canary) => portal.includes(canary))).toEqual([]);
  });
});
