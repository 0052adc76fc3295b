import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { onboardingSteps } from '../../domain/onboarding.ts';
import { messageMetrics } from '../../domain/metrics.ts';
import { workflowIds } from '../../domain/workflow-ids.ts';
import {
  cancelOnboardingUpdate,
  confirmAccessUpdate,
  confirmBaselineUpdate,
  connectorStatusQuery,
  launchUpdate,
  onboardingProgressQuery,
  type OnboardingResult,
} from '../../workflows/messages.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { baselineWords, beginOnboarding, breakTwilio, confirmStep, confirmSteps, connect, stage } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
}, 120_000);
afterAll(() => engine.stop());

const cancel = { args: [{ by: 'user_admin', reason: 'Changed our mind' }] as [{ by: string; reason: string }] };
const schedulesOf = async (connectionId: string) => {
  const jobs = await engine.app.jobs.list(connectionId);
  const known = await Promise.all(
    jobs.map(({ id }) =>
      engine.client.schedule
        .getHandle(workflowIds.sync(id))
        .describe()
        .catch(() => null),
    ),
  );
  return known.filter((schedule) => schedule !== null);
};

describe('the six steps of onboarding', () => {
  it('are confirmed in order, each with who and when and what a person reviews', async () => {
    const started = await beginOnboarding(engine, { messages: 12 });
    const before = Date.now();
    const summaries: Record<string, unknown> = {};
    for (const [index, step] of onboardingSteps.entries()) {
      const answer = await confirmStep(started, step, `user_${index}`);
      expect(answer).toMatchObject({ verdict: 'accepted', step: { step, by: `user_${index}` } });
      if (answer.verdict !== 'accepted') continue;
      expect(Date.parse(answer.step.at)).toBeGreaterThanOrEqual(before - 1_000);
      summaries[step] = answer.step.summary;
    }
    expect(summaries).toMatchObject({
      access: { auth: 'basic', accountStatus: 'active', reaches: 1 },
      records: { reaches: 1, jobs: 2 },
      mapping: { 'messages.version': 1, 'messages.sampled': 12, 'messages.mapped': 12 },
      test_run: { updated: 0, unchanged: 0, failed: 0 },
      launch: { schedules: 2 },
    });
    const result = (await started.onboarding.result()) as OnboardingResult;
    expect(result.outcome).toBe('launched');
    expect(result.confirmed.map(({ step, by }) => `${step} ${by}`)).toEqual(
      onboardingSteps.map((step, index) => `${step} user_${index}`),
    );
  });

  it('leave an active connection with its Schedules, its connector, its card and its audit rows', async () => {
    const launched = await connect(engine, { messages: 6 });
    const { connectionId, companyId } = launched;
    expect(await engine.app.connections.get(connectionId)).toMatchObject({ state: 'active' });
    expect(await engine.app.credentials.active(connectionId)).toMatchObject({ kind: 'basic' });
    expect(await engine.app.credentials.staged(connectionId)).toBeNull();
    const schedules = await schedulesOf(connectionId);
    expect(schedules.map(({ state }) => state.paused)).toEqual([false, false]);
    expect(await launched.connector.query(connectorStatusQuery)).toEqual({ state: 'active', failedInARow: {}, incidents: {} });
    const facts = await engine.app.cards.facts({ companyId });
    expect(facts.map(({ metricKey }) => metricKey).toSorted()).toEqual(messageMetrics.toSorted());
    expect(facts[0]).toMatchObject({
      state: 'active',
      nextAction: baselineWords.nextAction,
      baseline: { at: expect.any(String) },
    });
    const audit = await engine.app.audit.list({ companyId, limit: 50 });
    expect(audit.items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(onboardingSteps.map((step) => `onboarding.${step}`)),
    );
  });

  it('show in the Temporal UI who confirmed what, and what comes next', async () => {
    const started = await beginOnboarding(engine);
    await confirmSteps(started, ['access']);
    const metadata = await started.onboarding.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toMatch(/access: confirmed by user_admin at .*\n\nNext: \*\*records\*\*/s);
    const { typedSearchAttributes } = await started.onboarding.describe();
    expect(typedSearchAttributes.getAll().map(({ key }) => key.name)).toEqual(
      expect.arrayContaining(['LinkwrightCompany', 'LinkwrightConnection', 'LinkwrightProvider']),
    );
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });

  it('are refused out of order, with the step that must come first', async () => {
    const started = await beginOnboarding(engine);
    expect(await confirmStep(started, 'launch')).toEqual({
      verdict: 'refused',
      reason: 'The next step is "access": confirm it before "launch".',
    });
    await confirmSteps(started, ['access']);
    expect(await confirmStep(started, 'baseline')).toMatchObject({ verdict: 'refused' });
    expect(await started.onboarding.query(onboardingProgressQuery)).toMatchObject({ next: 'records', cancelled: false });
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });

  it('name who confirmed and when, if a step is repeated', async () => {
    const started = await beginOnboarding(engine);
    await confirmStep(started, 'access', 'user_first');
    const { confirmed } = await started.onboarding.query(onboardingProgressQuery);
    expect(await confirmStep(started, 'access', 'user_second')).toEqual({
      verdict: 'already',
      sentence: `The step "access" was confirmed by user_first at ${confirmed[0]!.at}.`,
    });
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });

  it('refuse two confirmations of the same step at once: one counts', async () => {
    const started = await beginOnboarding(engine);
    const answers = await Promise.all([confirmStep(started, 'access', 'user_a'), confirmStep(started, 'access', 'user_b')]);
    expect(answers.map(({ verdict }) => verdict).toSorted()).toEqual(['accepted', 'already']);
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });
});

describe('a step that is refused', () => {
  it('may be sent again: access with other credentials', async () => {
    const started = await beginOnboarding(engine);
    await stage(engine, started, { ...started.account, authToken: 'f'.repeat(32) });
    expect(await confirmStep(started, 'access')).toMatchObject({ verdict: 'refused', code: 'credentials_rejected' });
    await stage(engine, started, started.account);
    expect(await confirmStep(started, 'access')).toMatchObject({ verdict: 'accepted' });
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });

  it('says so when the account is suspended', async () => {
    const started = await beginOnboarding(engine);
    await engine.sandbox.control('twilio', 'setStatus', { accountSid: started.account.accountSid, status: 'suspended' });
    expect(await confirmStep(started, 'access')).toMatchObject({
      verdict: 'refused',
      code: 'permission_missing',
      reason: expect.stringContaining('not active'),
    });
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });

  it('may be sent again: the test run, after the provider failed', async () => {
    const started = await beginOnboarding(engine);
    await confirmSteps(started, ['access', 'records', 'mapping']);
    await breakTwilio(engine, started, '/Messages.json', { kind: 'status500', times: 3 });
    const refused = await confirmStep(started, 'test_run');
    expect(refused).toMatchObject({
      verdict: 'refused',
      code: 'provider_unavailable',
      reason: expect.stringMatching(/run run_/),
    });
    const answer = await confirmStep(started, 'test_run');
    expect(answer).toMatchObject({ verdict: 'accepted', step: { summary: { failed: 0 } } });
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });

  it('leaves the connection without incidents: an onboarding run calls nobody', async () => {
    const started = await beginOnboarding(engine);
    await confirmSteps(started, ['access', 'records', 'mapping']);
    await breakTwilio(engine, started, '/Messages.json', { kind: 'revoked', times: 1 });
    expect(await confirmStep(started, 'test_run')).toMatchObject({ verdict: 'refused', code: 'credentials_rejected' });
    const incidents = await engine.app.incidents.list({ companyId: started.companyId, limit: 10 });
    expect(incidents.items).toEqual([]);
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });
});

describe('what validators refuse before anything is done', () => {
  it.each([
    ['nobody who confirms', { by: '', ...baselineWords }],
    ['an empty next action', { by: 'u', ...baselineWords, nextAction: ' ' }],
    ['a next action of 201 characters', { by: 'u', ...baselineWords, nextAction: 'x'.repeat(201) }],
    ['no explanation', { by: 'u', nextAction: 'x' } as never],
    ['an explanation of 281 characters', { by: 'u', ...baselineWords, explanation: 'x'.repeat(281) }],
  ])('is a baseline with %s', async (_what, given) => {
    const started = await beginOnboarding(engine);
    await expect(started.onboarding.executeUpdate(confirmBaselineUpdate, { args: [given] })).rejects.toThrow(
      WorkflowUpdateFailedError,
    );
    await expect(started.onboarding.executeUpdate(confirmAccessUpdate, { args: [{ by: '' }] })).rejects.toThrow(
      WorkflowUpdateFailedError,
    );
    expect(await started.onboarding.query(onboardingProgressQuery)).toMatchObject({ confirmed: [], next: 'access' });
    await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel);
  });
});

describe('a cancelled onboarding', () => {
  it.each([0, 1, 2, 3, 4, 5])('after %d steps leaves nothing of what it made, but for the audit log', async (done) => {
    const started = await beginOnboarding(engine);
    const { connectionId, companyId } = started;
    await confirmSteps(started, onboardingSteps.slice(0, done));
    expect(await started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel)).toEqual({ verdict: 'accepted' });
    expect(await started.onboarding.result()).toMatchObject({ outcome: 'cancelled' });
    expect(await engine.app.connections.find(connectionId)).toBeNull();
    expect(await engine.app.credentials.staged(connectionId)).toBeNull();
    expect(await engine.app.credentials.active(connectionId)).toBeNull();
    expect(await engine.app.jobs.list(connectionId)).toEqual([]);
    await expect(engine.app.accounts.reaches(connectionId)).rejects.toThrow('There is no connection');
    expect(await engine.app.cards.facts({ companyId })).toEqual([]);
    const audit = await engine.app.audit.list({ companyId, limit: 50 });
    expect(audit.items.filter(({ action }) => action.startsWith('onboarding.')).length).toBeGreaterThanOrEqual(done);
  });

  it('answers already to a second cancel', async () => {
    const started = await beginOnboarding(engine);
    await confirmSteps(started, ['access', 'records']);
    const answers = await Promise.all([1, 2].map(() => started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel)));
    expect(answers.map(({ verdict }) => verdict).toSorted()).toEqual(['accepted', 'already']);
  });

  it('is refused once the connection is launched', async () => {
    const started = await beginOnboarding(engine);
    await confirmSteps(started, onboardingSteps.slice(0, 5));
    const [launched, cancelled] = await Promise.all([
      started.onboarding.executeUpdate(launchUpdate, { args: [{ by: 'user_admin' }] }),
      // Sent while the launch is under way: it takes its turn after it.
      until(() => started.onboarding.query(onboardingProgressQuery)).then(() =>
        started.onboarding.executeUpdate(cancelOnboardingUpdate, cancel),
      ),
    ]);
    expect(launched).toMatchObject({ verdict: 'accepted' });
    expect(cancelled).toEqual({ verdict: 'refused', reason: 'The connection is launched: disconnect it instead.' });
    expect(await engine.app.connections.get(started.connectionId)).toMatchObject({ state: 'active' });
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  expect(engine.canaries.size).toBeGreaterThan(20);
  expect(await engine.leaks()).toEqual([]);
});
