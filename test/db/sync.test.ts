import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { NotFound } from '../../db/errors.ts';
import { buildCard } from '../../domain/card.ts';
import { metricDefinitions } from '../../domain/metrics.ts';
import { connectedCompany, message, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('the stores of jobs, runs, metrics and cards on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const open = (workflowId: string) => stores.app.runs.open({ jobId: at.jobId, workflowId, trigger: 'manual' });
  const metric = () => ({ companyId: at.companyId, connectionId: at.connectionId, metricKey: 'messages_delivered' as const });

  it('keeps one job for each stream, its cursor over a new cadence', async () => {
    await stores.app.records.savePage(pageOf(at, [], '{"page":7}'));
    const jobs = await stores.app.jobs.ensure(at.connectionId, [
      { stream: 'messages', object: 'message', cadenceS: 60 },
      { stream: 'usage', object: 'usage', cadenceS: 3_600 },
    ]);
    expect(jobs.map(({ id, stream, cadenceS, cursor }) => [id === at.jobId, stream, cadenceS, cursor])).toEqual([
      [true, 'messages', 60, '{"page":7}'],
      [false, 'usage', 3_600, null],
    ]);
    expect(await stores.app.jobs.list(at.connectionId)).toEqual(jobs);
    expect(await stores.app.jobs.find('job_none')).toBeNull();
  });

  it('gives a job’s place to one run, and the same run to the workflow that holds it', async () => {
    const holder = { runId: at.runId, workflowId: `sync:${at.jobId}-1` };
    expect(await open(holder.workflowId)).toEqual({ opened: true, runId: at.runId });
    expect(await open('sync:other')).toMatchObject({ opened: false, holder });
    await stores.app.runs.close(at.runId, { outcome: 'succeeded' });
    const answers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => open(`sync:${name}`)));
    expect(answers.filter(({ opened }) => opened)).toHaveLength(1);
    await expect(stores.app.runs.open({ jobId: 'job_none', workflowId: 'x', trigger: 'manual' })).rejects.toThrow(NotFound);
  });

  it('closes a run once: the first close wins, frees the place and counts into its day', async () => {
    await stores.app.records.savePage(pageOf(at, [message('SM1'), message('SM2')]));
    const sentence = 'The provider did not answer.';
    const closed = await Promise.all([
      stores.app.runs.close(at.runId, { outcome: 'failed', code: 'provider_unavailable', sentence }),
      stores.app.runs.close(at.runId, { outcome: 'failed', code: 'provider_unavailable', sentence }),
    ]);
    expect(closed.filter(({ first }) => first)).toHaveLength(1);
    const { first: _, ...run } = closed[0];
    expect(run).toMatchObject({ outcome: 'failed', code: 'provider_unavailable', sentence, counts: { created: 2 } });
    expect(await stores.app.runs.close(at.runId, { outcome: 'succeeded' })).toEqual({ ...run, first: false });
    expect(await stores.app.jobs.find(at.jobId)).toMatchObject({ runningRunId: null, lastRunId: at.runId });
    const next = await open('sync:next');
    if (next.opened) await stores.app.runs.close(next.runId, { outcome: 'succeeded' });
    const day = run.finishedAt!.toISOString().slice(0, 10);
    const counts = { created: 2, updated: 0, unchanged: 0, failed: 0, duplicate: 0, ignored: 0 };
    expect(await stores.app.health.summaries({ companyId: at.companyId, from: day, to: day })).toMatchObject([
      { providerKey: 'twilio', day, runs: { succeeded: 1, failed: 1, cancelled: 0, skipped: 0 }, records: counts },
    ]);
    const other = await connectedCompany(stores.app, 'Other');
    expect(await stores.app.health.summaries({ companyId: other.companyId, from: day, to: day })).toEqual([]);
  });

  it('does not free the place of a later run when an earlier one is closed again', async () => {
    await stores.app.runs.close(at.runId, { outcome: 'failed', code: 'defect', sentence: 'Its workflow ended.' });
    const next = await open('sync:next');
    await stores.app.runs.close(at.runId, { outcome: 'succeeded' });
    expect((await stores.app.jobs.find(at.jobId))!.runningRunId).toBe(next.opened && next.runId);
  });

  it('lists runs from the newest on, by connection and job', async () => {
    await stores.app.runs.close(at.runId, { outcome: 'succeeded' });
    const second = await open('sync:2');
    const first = await stores.app.runs.list({ connectionId: at.connectionId, limit: 1 });
    expect(first.items[0]!.id).toBe(second.opened && second.runId);
    const rest = await stores.app.runs.list({
      connectionId: at.connectionId,
      jobId: at.jobId,
      limit: 1,
      cursor: first.nextCursor!,
    });
    expect(rest.items.map(({ id }) => id)).toEqual([at.runId]);
    expect(rest.nextCursor).toBeNull();
    expect((await stores.app.runs.list({ connectionId: at.connectionId, jobId: 'job_x', limit: 1 })).items).toEqual([]);
    expect(await stores.app.runs.find('run_none')).toBeNull();
  });

  it('builds cards from the newest value of each kind, and leaves another company’s out', async () => {
    const { app } = stores;
    expect(await app.cards.facts({ companyId: at.companyId })).toEqual([]);
    await app.metrics.saveSnapshot({ ...metric(), kind: 'baseline', value: '10', at: new Date('2026-11-01T00:00:00Z') });
    await app.cards.save({ ...metric(), nextAction: 'Confirm your opening hours.', explanation: 'Ten texts arrived.' });
    await app.cards.save({ ...metric(), nextAction: 'Confirm your new hours.', explanation: 'Ten texts arrived.' });
    const current = { ...metric(), kind: 'current' as const, runId: at.runId };
    await app.metrics.saveSnapshot({ ...current, value: '11', at: new Date('2026-11-20T00:00:00Z') });
    await app.metrics.saveSnapshot({ ...current, value: '12.50', at: new Date('2026-11-20T00:00:01Z') });
    await app.connections.setState(at.connectionId, 'active', 'Launched.', 'user_a');
    await app.connections.markSucceeded(at.connectionId, new Date('2026-11-20T00:00:01Z'));
    const [facts, ...more] = await app.cards.facts({ companyId: at.companyId, connectionId: at.connectionId });
    expect(more).toEqual([]);
    expect(facts).toEqual({
      cardId: expect.stringMatching(/^card_/),
      connectionId: at.connectionId,
      currency: null,
      leftOut: 0,
      underReview: false,
      providerKey: 'twilio',
      metricKey: 'messages_delivered',
      state: 'active',
      baseline: { value: '10', at: '2026-11-01T00:00:00.000Z' },
      current: { value: '12.5', at: '2026-11-20T00:00:01.000Z', enteredByPerson: false },
      nextAction: 'Confirm your new hours.',
      lastSuccessAt: '2026-11-20T00:00:01.000Z',
      freshWithinS: 600,
      phoned: 0,
      byHandDays: null,
      byHandEnded: false,
      afterword: null,
    });
    const card = buildCard({ ...facts!, metric: metricDefinitions[0], providerLabel: 'Twilio', now: '2026-11-20T00:09:00.000Z' });
    expect(card).toMatchObject({ status: 'current', current: { value: '12.5', date: '2026-11-20' }, enteredByPerson: false });
    expect((await app.connections.settings(at.connectionId)).nextAction).toBe('Confirm your new hours.');
    const other = await connectedCompany(app, 'Other');
    expect(await app.cards.facts({ companyId: other.companyId })).toEqual([]);
    expect(await app.cards.facts({ companyId: other.companyId, connectionId: at.connectionId })).toEqual([]);
  });

  it('shows each connection’s newest health check, and leaves disconnected and foreign ones out', async () => {
    const { health, connections } = stores.app;
    const check = { connectionId: at.connectionId, companyId: at.companyId };
    expect(await health.current(at.connectionId)).toBeNull();
    await health.record({ kind: 'run', ...check, ok: true, latencyMs: 12, code: null, sentence: 'Fine.' });
    await health.record({ kind: 'run', ...check, ok: false, latencyMs: null, code: 'rate_limited', sentence: 'Slow down.' });
    expect(await health.current(at.connectionId)).toMatchObject({ ok: false, code: 'rate_limited', latencyMs: null });
    const list = await health.list({ companyId: at.companyId, limit: 5 });
    expect(list.items).toMatchObject([{ connectionId: at.connectionId, state: 'onboarding', check: { sentence: 'Slow down.' } }]);
    const other = await connectedCompany(stores.app, 'Other');
    expect((await health.list({ companyId: other.companyId, limit: 5 })).items).toMatchObject([{ check: null }]);
    await connections.setState(at.connectionId, 'disconnected', 'No longer used.', 'user_a');
    expect((await health.list({ companyId: at.companyId, limit: 5 })).items).toEqual([]);
  });
});
