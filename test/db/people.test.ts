import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Conflict, NotFound } from '../../db/errors.ts';
import { select } from '../../db/sql.ts';
import { by, connectedCompany, openStores, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('the stores of work for people on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const incident = (cause: 'provider_unavailable' | 'defect' = 'provider_unavailable', place: Connected = at) =>
    stores.app.incidents.open({ companyId: place.companyId, connectionId: place.connectionId, cause, sentence: 'It is down.' });
  const actions = async () =>
    (await stores.app.audit.list({ companyId: at.companyId, limit: 50 })).items.map(({ action }) => action);

  it('keeps one open incident for each connection and cause, also when ten report it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => incident()));
    expect(new Set(answers.map(({ incidentId }) => incidentId)).size).toBe(1);
    expect(answers.map(({ opening }) => opening).filter((opening) => opening !== 'repeat')).toEqual(['new']);
    const { incidentId } = answers[0]!;
    expect(await stores.app.incidents.find(incidentId)).toMatchObject({
      repeats: 9,
      state: 'open',
      cause: 'provider_unavailable',
    });
    expect((await incident('defect')).opening).toBe('new');
    await stores.app.incidents.close(incidentId, 'resolved', 'user_a');
    expect(await incident()).toMatchObject({ opening: 'new' });
    expect((await actions()).filter((action) => action === 'incident.open')).toHaveLength(3);
  });

  it('opens the same incident again when it comes back soon, with what was answered, and knows when it flaps', async () => {
    const { incidents } = stores.app;
    const { incidentId } = await incident();
    await incidents.acknowledge(incidentId, 'user_a');
    await incidents.close(incidentId, 'recovered', 'engine', 'The connection recovered.');
    const answers = await Promise.all([incident(), incident()]);
    expect(answers.map(({ opening }) => opening).toSorted()).toEqual(['reopened', 'repeat']);
    const reopened = { state: 'acknowledged', closedAt: null, note: null, reopened: 1, flappingSince: null };
    expect(await incidents.find(incidentId)).toMatchObject(reopened);
    await incidents.close(incidentId, 'recovered', 'engine');
    expect(await incident()).toEqual({ incidentId, opening: 'flapping' });
    expect(await incidents.find(incidentId)).toMatchObject({ reopened: 2, flappingSince: expect.any(Date) });
    expect((await actions()).filter((action) => action === 'incident.reopen')).toHaveLength(2);
  });

  it('counts failed runs since the last good one of any job, and anew after a resume', async () => {
    const { runs, connections } = stores.app;
    const { jobId } = at;
    await runs.close(at.runId, { outcome: 'failed' });
    let count = 0;
    const end = async (outcome: 'failed' | 'succeeded') => {
      const opened = await runs.open({ jobId, workflowId: `sync:${(count += 1)}`, trigger: 'manual' });
      await runs.close(opened.opened ? opened.runId : '', { outcome });
    };
    const streak = async () => (await runs.streak(at.connectionId)).failures;
    for (const outcome of ['failed', 'succeeded', 'failed', 'failed'] as const) await end(outcome);
    expect(await runs.streak(at.connectionId)).toEqual({ failures: 2, sinceMs: expect.any(Number) });
    await connections.setState(at.connectionId, 'paused', 'Test.', 'engine');
    expect(await streak()).toBe(2);
    await connections.setState(at.connectionId, 'active', 'Test.', 'user_a');
    expect(await runs.streak(at.connectionId)).toEqual({ failures: 0, sinceMs: null });
    await end('failed');
    expect(await streak()).toBe(1);
  });

  it('keeps how a person wants to be told: addresses sealed, shown by their host; a STOP outlives a change; gone when disabled', async () => {
    const { noticeSettings, users } = stores.app;
    const person = (await users.find(at.ownerId))!;
    expect(await noticeSettings.read(person)).toBeNull();
    const to = 'https://hooks.slack.com/services/T0/B0/canary-path';
    const given = {
      timeZone: 'Europe/Berlin',
      quietHours: { from: '22:00', to: '07:00' },
      channels: [
        { channel: 'slack' as const, to, secret: null },
        { channel: 'sms' as const, to: null, secret: null },
      ],
    };
    await noticeSettings.stopTexts(person, true);
    await noticeSettings.save(person, given, by);
    expect(await noticeSettings.read(person)).toEqual({ ...given, textsStoppedAt: expect.any(Date) });
    const shown = {
      channels: [
        { channel: 'slack', host: 'hooks.slack.com' },
        { channel: 'sms', host: null },
      ],
    };
    expect(await noticeSettings.show(person.id)).toMatchObject(shown);
    const rows = await select<{ address: Buffer | null }>(stores.appDb, 'SELECT * FROM notice_channels', {});
    expect(rows.map((row) => row.address?.toString('latin1')).join()).not.toContain('canary-path');
    await noticeSettings.stopTexts(person, false);
    expect((await noticeSettings.read(person))?.textsStoppedAt).toBeNull();
    await users.disable(person.id, by);
    expect(await noticeSettings.read(person)).toBeNull();
  });

  it('keeps one roster for a company and one for the platform, each replaced whole', async () => {
    const { duty, users } = stores.app;
    const shifts = [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '17:00' }];
    const members = [{ userId: at.ownerId, timeZone: 'Asia/Tokyo', shifts }];
    await Promise.all([duty.save(at.companyId, members, by), duty.save(at.companyId, members, by)]);
    expect(await duty.members(at.companyId)).toEqual(members);
    expect(await duty.members(null)).toEqual([]);
    await users.disable(at.ownerId, by);
    expect(await duty.members(at.companyId)).toEqual([]);
    await duty.save(at.companyId, [], by);
    await users.enable(at.ownerId, by);
    expect(await duty.members(at.companyId)).toEqual([]);
  });

  it('finds the open incidents that a person was told of by SMS, the last one first', async () => {
    const { incidents } = stores.app;
    const told = async (incidentId: string, rung: number) => {
      const notice = { incidentId, kind: 'opened' as const, rung, userId: at.ownerId, channel: 'sms' as const };
      await incidents.alertSent((await incidents.claimAlert(notice)).alertId, { externalId: null });
    };
    const [first, second] = [await incident(), await incident('defect')];
    await told(first.incidentId, 1);
    await told(second.incidentId, 1);
    await told(first.incidentId, 2);
    const ids = async () => (await incidents.toldByText([at.ownerId])).map(({ id }) => id);
    expect(await ids()).toEqual([first.incidentId, second.incidentId]);
    await incidents.close(first.incidentId, 'recovered', 'engine');
    expect(await ids()).toEqual([second.incidentId]);
    expect(await incidents.toldByText([])).toEqual([]);
  });

  it('walks an incident through its states, repeatably, with one audit row for each change', async () => {
    const { incidentId: id } = await incident();
    const { incidents } = stores.app;
    expect((await incidents.unanswered(id)).state).toBe('unanswered');
    expect(await incidents.acknowledge(id, 'user_a')).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'user_a' });
    expect(await incidents.acknowledge(id, 'user_b')).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'user_a' });
    expect((await incidents.unanswered(id)).state).toBe('acknowledged');
    expect(await incidents.takeOver(id, 'user_b')).toMatchObject({ state: 'taken_over', takenOverBy: 'user_b' });
    expect(await incidents.takeOver(id, 'user_b')).toMatchObject({ takenOverBy: 'user_b' });
    expect(await incidents.close(id, 'resolved', 'user_b', 'Done.')).toMatchObject({ state: 'resolved', note: 'Done.' });
    expect(await incidents.close(id, 'recovered', 'engine')).toMatchObject({ state: 'resolved' });
    expect((await incidents.acknowledge(id, 'user_c')).state).toBe('resolved');
    const changes = ['incident.resolved', 'incident.take_over', 'incident.acknowledge', 'incident.unanswered', 'incident.open'];
    expect((await actions()).filter((action) => action.startsWith('incident.'))).toEqual(changes);
    await expect(incidents.acknowledge('inc_none', 'user_a')).rejects.toThrow(NotFound);
  });

  it('lists open and closed incidents of one company only', async () => {
    const other = await connectedCompany(stores.app, 'Other');
    const [first, second] = [await incident(), await incident('defect')];
    await incident('defect', other);
    await stores.app.incidents.close(first.incidentId, 'recovered', 'engine');
    const ids = async (open: boolean | undefined) =>
      (await stores.app.incidents.list({ companyId: at.companyId, open, limit: 5 })).items.map(({ id }) => id);
    expect(await ids(true)).toEqual([second.incidentId]);
    expect(await ids(false)).toEqual([first.incidentId]);
    expect(await ids(undefined)).toEqual([second.incidentId, first.incidentId]);
  });

  it('lets one notice for each rung and person go out', async () => {
    const { incidentId } = await incident();
    const notice = { incidentId, kind: 'opened' as const, rung: 1, userId: at.ownerId, channel: 'sms' as const };
    const claims = await Promise.all(Array.from({ length: 5 }, () => stores.app.incidents.claimAlert(notice)));
    expect(claims.filter(({ first }) => first)).toHaveLength(1);
    expect(new Set(claims.map(({ alertId }) => alertId)).size).toBe(1);
    await stores.app.incidents.alertFailed(claims[0]!.alertId, 'No answer.');
    await stores.app.incidents.alertSent(claims[0]!.alertId, { externalId: 'SM1' });
    await stores.app.incidents.alertFailed(claims[0]!.alertId, 'Too late.');
    expect(await stores.app.incidents.claimAlert(notice)).toMatchObject({ first: false, state: 'sent' });
    expect(await stores.app.incidents.alerts(incidentId)).toEqual([
      {
        id: claims[0]!.alertId,
        kind: 'opened',
        rung: 1,
        userId: at.ownerId,
        channel: 'sms',
        state: 'sent',
        sentence: null,
        sentAt: expect.any(Date),
      },
    ]);
  });

  const failure = (cause: string, rawEventId: string | null = null) => ({
    companyId: at.companyId,
    connectionId: at.connectionId,
    kind: 'event' as const,
    cause,
    code: 'record_rejected' as const,
    sentence: `It failed: ${cause}`,
    rawEventId,
  });

  it('keeps one open item for each failure, counts repeats, and gives up at the end of the ladder', async () => {
    const { id } = await stores.app.errorQueue.put(failure('SM1', '7'));
    const again = await stores.app.errorQueue.put({ ...failure('SM1'), sentence: 'It failed again.' });
    expect(again.id).toBe(id);
    expect(await stores.app.errorQueue.find(id)).toMatchObject({
      attempts: 2,
      sentence: 'It failed again.',
      state: 'pending',
      rawEventId: '7',
    });
    for (let attempt = 3; attempt <= 6; attempt += 1) await stores.app.errorQueue.put(failure('SM1'));
    expect(await stores.app.errorQueue.find(id)).toMatchObject({ attempts: 6, state: 'pending' });
    await stores.app.errorQueue.put(failure('SM1'));
    expect(await stores.app.errorQueue.find(id)).toMatchObject({ attempts: 7, state: 'dead', nextAttemptAt: null });
    const elsewhere = await stores.app.errorQueue.put({ ...failure('SM1'), kind: 'delivery' });
    expect(elsewhere.id).not.toBe(id);
  });

  it('retries, resolves and ignores for a person, once, and opens a new item after that', async () => {
    const { errorQueue } = stores.app;
    const { id } = await errorQueue.put(failure('SM1'));
    expect((await errorQueue.retry(id, by)).state).toBe('retrying');
    expect((await errorQueue.retry(id, by)).state).toBe('retrying');
    expect((await errorQueue.put(failure('SM1'))).id).toBe(id);
    expect((await errorQueue.find(id))!.state).toBe('pending');
    expect(await errorQueue.resolve(id, 'Corrected.', by)).toMatchObject({
      state: 'resolved',
      closedBy: by.actor,
      note: 'Corrected.',
    });
    await expect(errorQueue.retry(id, by)).rejects.toThrow(Conflict);
    const next = await errorQueue.put(failure('SM1'));
    expect(next.id).not.toBe(id);
    expect((await errorQueue.ignore(next.id, 'A test number.', by)).state).toBe('ignored');
    await expect(errorQueue.ignore('item_none', 'x', by)).rejects.toThrow(NotFound);
    const done = ['failure.ignore', 'failure.resolve', 'failure.retry'];
    expect((await actions()).filter((action) => action.startsWith('failure.'))).toEqual(done);
  });

  it('settles the items of applied events and decided deliveries, and no others', async () => {
    const { errorQueue } = stores.app;
    const [first, second] = [await errorQueue.put(failure('SM1', '1')), await errorQueue.put(failure('SM2', '2'))];
    const third = await errorQueue.put({ ...failure('dlv_1'), kind: 'delivery', deliveryId: 'dlv_1' });
    await errorQueue.settle({ connectionId: at.connectionId, rawEventIds: ['1', '99'] });
    await errorQueue.settle({ connectionId: at.connectionId, rawEventIds: [] });
    await errorQueue.settle({ connectionId: at.connectionId, deliveryId: 'dlv_1' });
    const open = await errorQueue.list({ companyId: at.companyId, state: 'pending', limit: 5 });
    expect(open.items.map(({ id }) => id)).toEqual([second.id]);
    expect(await errorQueue.find(first.id)).toMatchObject({ state: 'resolved', closedBy: 'engine' });
    expect(await errorQueue.find(third.id)).toMatchObject({ state: 'resolved', closedBy: 'engine' });
  });

  it('keeps one open task for each cause and subject, completed once', async () => {
    const { tasks } = stores.app;
    const work = { companyId: at.companyId, connectionId: at.connectionId, cause: 'ambiguous', sentence: 'Look at it.' };
    const { id } = await tasks.open({ ...work, subject: 'dlv_1' });
    expect((await tasks.open({ ...work, subject: 'dlv_1', sentence: 'Look again.' })).id).toBe(id);
    const other = await tasks.open({ ...work, subject: 'dlv_2' });
    expect(await tasks.find(id)).toMatchObject({ repeats: 1, sentence: 'Look again.', completedAt: null });
    await tasks.completeBySubject('dlv_1', 'It was sent.', 'user_a');
    await tasks.completeBySubject('dlv_1', 'Once more.', 'user_b');
    expect(await tasks.complete(id, 'Too late.', by)).toMatchObject({ completedBy: 'user_a', note: 'It was sent.' });
    const open = await tasks.list({ companyId: at.companyId, open: true, limit: 5 });
    expect(open.items.map((task) => task.id)).toEqual([other.id]);
    expect((await tasks.list({ companyId: at.companyId, open: false, limit: 5 })).items).toHaveLength(1);
    expect((await tasks.open({ ...work, subject: 'dlv_1' })).id).not.toBe(id);
    await expect(tasks.complete('task_none', 'x', by)).rejects.toThrow(NotFound);
  });
});
