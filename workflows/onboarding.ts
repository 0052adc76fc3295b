/**
 * The six steps by which a connection comes to life. Each is an Update that a person sends, in order; each shows who confirmed it
 * and when; a refused one says why and may be sent again. It waits as long as people need, ends by starting the `connector`, and a
 * cancel undoes what it made. Credentials are staged by the API before the first step: none of them passes through here.
 */
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  currentUpdateInfo,
  executeChild,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunCounts } from '../domain/run-verdict.ts';
import { judgeStep, onboardingSteps, stepTitles, type ConfirmedStep, type OnboardingStep } from '../domain/onboarding.ts';
import { taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import { connector } from './connector.ts';
import { readFailure } from './failure.ts';
import { takeTurns } from './in-turn.ts';
import {
  cancelOnboardingUpdate,
  confirmAccessUpdate,
  confirmBaselineUpdate,
  createRecordsUpdate,
  launchUpdate,
  mapFieldsUpdate,
  onboardingProgressQuery,
  testRunUpdate,
  type Actor,
  type BaselineInput,
  type CommandAnswer,
  type OnboardingInput,
  type OnboardingProgress,
  type OnboardingResult,
  type StepAnswer,
} from './messages.ts';
import { interactive, own } from './proxies.ts';
import { startOnce } from './start-once.ts';
import { syncRun } from './sync-run.ts';

type Summary = ConfirmedStep['summary'];

export async function onboarding(input: OnboardingInput): Promise<OnboardingResult> {
  const { connectionId, companyId, providerKey } = input;
  const confirmed: ConfirmedStep[] = [];
  const inTurn = takeTurns();
  let cancelled = false;
  let working: NonNullable<OnboardingProgress['working']> | null = null;

  const steps: Record<OnboardingStep, (given: BaselineInput) => Promise<Summary>> = {
    access: ({ by }) => interactive.confirmAccess({ connectionId, by }),
    records: ({ by }) => interactive.createRecords({ connectionId, by }),
    mapping: ({ by }) => interactive.prepareMappings({ connectionId, by }),
    test_run: testRun,
    baseline: ({ by, nextAction, explanation }) => own.writeBaseline({ connectionId, by, nextAction, explanation }),
    launch: ({ by }) => launch(by),
  };

  const confirm = (step: OnboardingStep) => ({
    handler: (given: Actor): Promise<StepAnswer> => inTurn(() => take(step, given as BaselineInput)),
    validator: requireActor,
  });
  const wire = {
    access: confirmAccessUpdate,
    records: createRecordsUpdate,
    mapping: mapFieldsUpdate,
    test_run: testRunUpdate,
    launch: launchUpdate,
  };
  for (const [step, update] of Object.entries(wire)) {
    const { handler, validator } = confirm(step as OnboardingStep);
    setHandler(update, handler, { validator });
  }
  setHandler(confirmBaselineUpdate, confirm('baseline').handler, { validator: requireBaseline });
  setHandler(cancelOnboardingUpdate, ({ by }) => inTurn(() => cancel(by)), { validator: requireActor });
  setHandler(onboardingProgressQuery, () => ({
    confirmed,
    next: onboardingSteps[confirmed.length] ?? null,
    cancelled,
    working,
  }));

  showProgress();
  await condition(() => cancelled || confirmed.length === onboardingSteps.length);
  await condition(allHandlersFinished);
  return { outcome: cancelled ? 'cancelled' : 'launched', confirmed };

  async function take(step: OnboardingStep, given: BaselineInput): Promise<StepAnswer> {
    const judged = judgeStep(confirmed, step, cancelled);
    if (judged.verdict === 'already') {
      const { by, at } = confirmed.find((entry) => entry.step === step)!;
      return { verdict: 'already', sentence: `The step "${step}" was confirmed by ${by} at ${at}.` };
    }
    if (judged.verdict === 'refused') return judged;
    working = { step, by: given.by, since: new Date().toISOString() };
    try {
      const summary = await steps[step](given);
      const entry: ConfirmedStep = { step, by: given.by, at: new Date().toISOString(), summary };
      await own.recordStep({ connectionId, companyId, step, by: given.by });
      confirmed.push(entry);
      showProgress();
      return { verdict: 'accepted', step: entry };
    } catch (error) {
      const { code, sentence } = readFailure(error);
      return { verdict: 'refused', reason: sentence, code };
    } finally {
      working = null;
    }
  }

  async function testRun(): Promise<Summary> {
    const { jobs } = await own.listJobs({ connectionId });
    const totals: RunCounts = { created: 0, updated: 0, unchanged: 0, failed: 0, duplicate: 0, ignored: 0 };
    for (const { jobId, stream } of jobs) {
      const run = await executeChild(syncRun, {
        workflowId: workflowIds.syncOnDemand(jobId, currentUpdateInfo()!.id),
        taskQueue: taskQueues.sync,
        staticSummary: `Test sync of ${stream}`,
        typedSearchAttributes: workflowInfo().typedSearchAttributes,
        args: [{ connectionId, companyId, providerKey, jobId, trigger: 'onboarding' }],
      });
      if (run.outcome !== 'succeeded')
        throw ApplicationFailure.nonRetryable(
          `The test sync of ${stream} ${run.outcome}: look at run ${run.runId ?? '(none)'}.`,
          run.code ?? 'defect',
        );
      for (const key of Object.keys(totals) as (keyof RunCounts)[]) totals[key] += run.counts[key];
    }
    return { ...totals };
  }

  async function launch(by: string): Promise<Summary> {
    const { policy, schedules } = await own.launchConnection({ connectionId, by });
    await startOnce(connector, {
      workflowId: workflowIds.connector(connectionId),
      taskQueue: taskQueues.lifecycle,
      staticSummary: `Life of connection ${connectionId}`,
      input: {
        connectionId,
        companyId,
        providerKey,
        state: 'active',
        policy,
        failedInARow: {},
        incidents: {},
        valueByHand: false,
      },
    });
    await own.wakeEvents({ connectionId });
    return { schedules };
  }

  async function cancel(by: string): Promise<CommandAnswer> {
    if (cancelled) return { verdict: 'already', sentence: 'The onboarding was cancelled.' };
    if (confirmed.length === onboardingSteps.length)
      return { verdict: 'refused', reason: 'The connection is launched: disconnect it instead.' };
    await own.undoOnboarding({ connectionId, by });
    cancelled = true;
    setCurrentDetails('Cancelled; what it had made is removed.');
    return { verdict: 'accepted' };
  }

  function showProgress(): void {
    const next = onboardingSteps[confirmed.length];
    const done = confirmed.map(({ step, by, at }) => `- ${step}: confirmed by ${by} at ${at}`).join('\n');
    setCurrentDetails(`${done}\n\n${next ? `Next: **${next}**. ${stepTitles[next]}.` : 'Launched.'}`);
  }
}

function requireActor({ by }: Actor): void {
  if (!by) throw new Error('"by" is empty: a step is confirmed by somebody.');
}

function requireBaseline(given: Actor): void {
  requireActor(given);
  const { nextAction, explanation } = given as BaselineInput;
  if (!nextAction?.trim() || nextAction.length > 200) throw new Error('"nextAction" must have 1 to 200 characters.');
  if (!explanation?.trim() || explanation.length > 280) throw new Error('"explanation" must have 1 to 280 characters.');
}
