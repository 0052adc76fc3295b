/**
 * A connection's life after launch: its state, the commands people give, the outcomes its runs report, and the incidents they
 * become. Idle costs nothing: it wakes for messages only, and continues as new when its history has grown.
 */
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  currentUpdateInfo,
  getExternalWorkflowHandle,
  patched,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import {
  decideCommand,
  schedulesRun,
  stateWords,
  type ConnectionCommand,
  type ConnectionState,
} from '../domain/connection-state.ts';
import type { FailureCode } from '../domain/failure.ts';
import { mayEnterByHand } from '../domain/manual-value.ts';
import { degrade, judgeRun } from '../domain/run-verdict.ts';
import { searchAttributes, taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import { escalation } from './escalation.ts';
import { readFailure } from './failure.ts';
import { takeTurns } from './in-turn.ts';
import { longHistory } from './long-history.ts';
import {
  connectorStatusQuery,
  credentialsLostSignal,
  disconnectUpdate,
  enterManualValueUpdate,
  handBackManualValueUpdate,
  escalationClosedSignal,
  incidentBackSignal,
  incidentOverSignal,
  pauseUpdate,
  policyChangedSignal,
  reauthorizeUpdate,
  resumeUpdate,
  runFinishedSignal,
  syncNowUpdate,
  tellFurtherSignal,
  type CommandAnswer,
  type ConnectorInput,
  type CredentialsLost,
  type EscalationResult,
  type RunFinished,
  type StartedRun,
} from './messages.ts';
import { interactive, own } from './proxies.ts';
import { startOnce } from './start-once.ts';
import { syncRun } from './sync-run.ts';

/** An escalation closes its incident within moments; one that cannot is not waited for. */
const closesWithin = '1 minute';
const fieldsLost = 'A field that the mapping reads is gone or changed at the provider: a task says which.';

export async function connector(input: ConnectorInput): Promise<{ state: ConnectionState }> {
  const isLong = longHistory();
  const { connectionId, companyId, providerKey } = input;
  let { policy, failedInARow, valueByHand } = input;
  let state: ConnectionState = input.state;
  let incidents = { ...input.incidents };
  let closing = input.closing ?? [];
  const finished: RunFinished[] = [];
  const lost: CredentialsLost[] = [];
  let shown = '';
  const inTurn = takeTurns();

  setHandler(runFinishedSignal, (run) => void finished.push(run));
  setHandler(credentialsLostSignal, (what) => void lost.push(what));
  setHandler(escalationClosedSignal, ({ incidentId }) => {
    closing = closing.filter((id) => id !== incidentId);
    incidents = Object.fromEntries(Object.entries(incidents).filter(([, id]) => id !== incidentId));
    show();
  });
  setHandler(policyChangedSignal, (changed) => void (policy = changed));
  setHandler(connectorStatusQuery, () => ({ state, failedInARow, incidents }));

  setHandler(syncNowUpdate, (given) =>
    command('syncNow', async () => {
      const runs = await startRuns(given.stream);
      if (runs.every((run) => run.status === 'already'))
        return { verdict: 'already', sentence: `A run is under way: ${runs.map((run) => run.runId).join(', ')}.` };
      return { verdict: 'accepted', runs };
    }),
  );
  setHandler(pauseUpdate, ({ by, reason }) => command('pause', (to) => enter(to!, reason, by)));
  setHandler(resumeUpdate, ({ by }) =>
    command('resume', async (to) => {
      await enter(to!, 'Resumed.', by);
      await own.wakeEvents({ connectionId });
      return { verdict: 'accepted' };
    }),
  );
  setHandler(reauthorizeUpdate, ({ by, tokenId }) =>
    command('reauthorize', async (to) => {
      await interactive.useCredentials({ connectionId, tokenId, by });
      if (to) await enter(to, 'Reauthorized.', by);
      if (schedulesRun(state)) await startRuns(undefined);
      return { verdict: 'accepted' };
    }),
  );
  setHandler(enterManualValueUpdate, ({ by, snapshotId, snapshotIds, areHeld = false }) =>
    command(
      'enterManualValue',
      async (to) => {
        await own.useManualValue({ snapshotId, ...(snapshotIds && { snapshotIds }) });
        valueByHand = true;
        if (to) await enter(to, 'A person entered the value.', by);
        return { verdict: 'accepted' };
      },
      () => mayEnterByHand(state, areHeld),
    ),
  );
  // What was said is compared with the source's own all the same, once it is back: `valueByHand` stays.
  setHandler(handBackManualValueUpdate, ({ by, metricKeys }) =>
    command('handBackManualValue', async (to) => {
      const { ended, shown: left } = await own.endManualValues({ connectionId, by, metricKeys: metricKeys ?? null });
      const back = incidents.credentials_rejected ? 'needs_reauthorization' : to;
      if (to && back && left === 0) await enter(back, 'The values by hand were handed back.', by);
      return { verdict: 'accepted', handedBack: ended };
    }),
  );
  setHandler(disconnectUpdate, ({ by, reason }) =>
    command('disconnect', async (to) => {
      await own.disconnectConnection({ connectionId, by, reason });
      state = to!;
      await endIncidents('resolved');
      show();
      return { verdict: 'accepted' };
    }),
  );

  show();
  while (state !== 'disconnected') {
    await condition(() => finished.length > 0 || lost.length > 0 || state === 'disconnected' || isLong());
    while (lost.length > 0) {
      const { reason } = lost.shift()!;
      await inTurn(() => reactToLoss(reason));
    }
    while (finished.length > 0) {
      const run = finished.shift()!;
      await inTurn(() => judge(run));
    }
    if (isLong() && (state as ConnectionState) !== 'disconnected') {
      await condition(allHandlersFinished);
      if (finished.length === 0 && lost.length === 0)
        await continueAsNew<typeof connector>({ ...input, state, policy, failedInARow, incidents, closing, valueByHand });
    }
  }
  await condition(allHandlersFinished);
  return { state };

  /** Every command takes its turn and answers by the state table; what a provider refuses is an answer too, not an error. */
  function command<T extends CommandAnswer>(
    name: ConnectionCommand,
    accept: (to?: ConnectionState) => Promise<T>,
    decide = () => decideCommand(state, name),
  ): Promise<T | CommandAnswer<never>> {
    return inTurn(async () => {
      const verdict = decide();
      if (verdict.verdict !== 'accepted') return verdict;
      try {
        return await accept(verdict.to);
      } catch (error) {
        const { code, sentence } = readFailure(error);
        return { verdict: 'refused', reason: sentence, code };
      }
    });
  }

  async function enter(to: ConnectionState, reason: string, by: string): Promise<{ verdict: 'accepted' }> {
    await own.changeState({ connectionId, state: to, reason, by, schedulesRun: schedulesRun(to) });
    state = to;
    show();
    return { verdict: 'accepted' };
  }

  async function startRuns(stream: string | undefined): Promise<StartedRun[]> {
    const requestId = currentUpdateInfo()!.id;
    const { runs } = await own.requestRuns({ connectionId, requestId, ...(stream && { stream }) });
    for (const run of runs.filter(({ status }) => status === 'accepted')) {
      await startOnce(syncRun, {
        workflowId: run.workflowId,
        taskQueue: taskQueues.sync,
        staticSummary: `Sync of ${run.stream}, on demand`,
        input: { connectionId, companyId, providerKey, jobId: run.jobId, trigger: 'manual' },
      });
    }
    return runs;
  }

  async function judge(run: RunFinished): Promise<void> {
    if (state === 'disconnected') return;
    const facts = { state, failedInARow, openIncident: Object.keys(incidents).length > 0, valueByHand };
    const verdict = judgeRun(facts, run, policy.escalateAfterFailedRuns);
    failedInARow = verdict.failedInARow;
    const cause = run.code ?? 'defect';
    const reason = run.drifting ? fieldsLost : verdict.recovered ? 'Recovered.' : cause;
    if (verdict.state !== state) await enter(verdict.state, reason, 'engine');
    if (verdict.escalate) await escalate(cause, { state });
    if (verdict.recovered) {
      // What is under review is not the source's word yet: a person's value stays meanwhile.
      const handedBack = await own.handBackManualValues({ connectionId });
      valueByHand = handedBack?.stands ?? false;
      await endIncidents('recovered');
    }
    show();
  }

  /** No run has to fail first: nobody but a person can help. */
  async function reactToLoss(reason: string): Promise<void> {
    if (state === 'disconnected' || state === 'needs_reauthorization') return;
    const to = degrade(state, 'credentials_rejected');
    if (to !== state) await enter(to, reason, 'engine');
    await escalate('credentials_rejected');
    show();
  }

  /** `after` is given when a run failed: then it is judged what the connection comes to. */
  async function escalate(cause: FailureCode, after?: { state: ConnectionState }): Promise<void> {
    // What fails right after a recovery would find the old incident still open, which is closed a moment later, and nobody would know.
    if (closing.length > 0 && patched('incident-closes-first')) await condition(() => closing.length === 0, closesWithin);
    closing = [];
    const opened = await own.openIncident({ connectionId, companyId, cause, ...after });
    const { incidentId, cameBack, further } = opened;
    if (incidents[cause] !== incidentId) {
      incidents[cause] = incidentId;
      await startOnce(escalation, {
        workflowId: workflowIds.escalation(incidentId),
        taskQueue: taskQueues.lifecycle,
        staticSummary: `Incident of ${connectionId}: ${cause}`,
        input: { incidentId, connectionId, companyId, providerKey, ladder: cameBack?.answered ? [] : policy.ladder },
      });
    }
    // Older releases answered neither of these, so what they recorded is replayed as it was.
    const handle = getExternalWorkflowHandle(workflowIds.escalation(incidentId));
    if (cameBack) await handle.signal(incidentBackSignal).catch(() => undefined); // ended this very moment: `reconcile` starts it
    if (further === 'paused') await enter('paused', 'It failed for too long: a task says how it goes on.', 'engine');
    if (further) await handle.signal(tellFurtherSignal, { kind: further }).catch(() => undefined);
  }

  async function endIncidents(outcome: EscalationResult['outcome']): Promise<void> {
    for (const incidentId of Object.values(incidents)) {
      closing = [...closing, incidentId];
      await getExternalWorkflowHandle(workflowIds.escalation(incidentId))
        .signal(incidentOverSignal, { outcome })
        // It may have been closed by a person this very moment.
        .catch(() => void (closing = closing.filter((id) => id !== incidentId)));
    }
    incidents = {};
  }

  /** What ops read in the Temporal UI. */
  function show(): void {
    const escalated = Object.keys(incidents).length > 0;
    if (shown !== `${state} ${escalated}`) {
      upsertSearchAttributes([
        { key: searchAttributes.state, value: state },
        { key: searchAttributes.escalated, value: escalated },
      ]);
      shown = `${state} ${escalated}`;
    }
    const failing = Object.values(failedInARow).reduce((sum, count) => sum + count, 0);
    setCurrentDetails(
      `**${state}** ${stateWords[state].nextAction}${escalated ? ' People are told.' : ''}${failing ? ` ${failing} failed in a row.` : ''}`,
    );
  }
}
