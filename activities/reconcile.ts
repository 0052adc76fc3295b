/** Compares the database with Temporal, page by page, and repairs what differs. What has drifted is judged in domain/drift.ts. */
import { Context, heartbeat } from '@temporalio/activity';
import { driftPolicy, nothingYet, type DriftPolicy, type DriftReport } from '../domain/drift.ts';
import type { ActivityDeps } from './deps.ts';
import { remindOfEnds } from './manual-values.ts';
import { reconcileConnectors } from './reconcile-connectors.ts';
import { reconcileDeliveries } from './reconcile-deliveries.ts';
import { reconcileErasures } from './reconcile-erasures.ts';
import { reconcileEvents } from './reconcile-events.ts';
import { reconcileIncidents } from './reconcile-incidents.ts';
import { createLedger, type Ledger } from './reconcile-ledger.ts';
import { reconcileReplays } from './reconcile-replays.ts';
import { reconcilePushes } from './reconcile-pushes.ts';
import { reconcileRetries } from './reconcile-retries.ts';
import { reconcileRuns } from './reconcile-runs.ts';
import { reconcileSchedules } from './reconcile-schedules.ts';
import { reconcileStrays } from './reconcile-strays.ts';
import { reconcileStuck } from './reconcile-stuck.ts';

/** How far a pass has come. */
interface Progress {
  part: Part;
  /** The last row that was looked at. */
  after: string | null;
  report: DriftReport;
}

/** Each takes one page and answers from where the next one goes on, or `null` when it was the last. */
const parts = {
  connections,
  deliveries: reconcileDeliveries,
  strays: reconcileStrays,
  erasures: reconcileErasures,
  valuesByHand,
  replays: reconcileReplays,
};
type Part = keyof typeof parts;
const order = Object.keys(parts) as Part[];

/** No drift, and yet a pass is when the clock is looked at: whoever entered a value by hand hears of its end. */
async function valuesByHand(deps: ActivityDeps): Promise<null> {
  await remindOfEnds(deps);
  return null;
}

/** Connectors first: what a live one does by itself needs no repair. */
const checks = [
  reconcileConnectors,
  reconcileSchedules,
  reconcileIncidents,
  reconcileRuns,
  reconcileEvents,
  reconcileRetries,
  reconcilePushes,
  reconcileStuck,
];

export function reconcileActivities(deps: ActivityDeps) {
  return {
    /** `progress` is absent when the pass is through. An attempt that died goes on from its last heartbeat. */
    async repairDrift(input: {
      policy: DriftPolicy;
      progress?: Progress;
    }): Promise<{ report: DriftReport; progress?: Progress }> {
      const { info, cancellationSignal } = Context.current();
      const begun: Progress = { part: order[0]!, after: null, report: nothingYet };
      let progress = (info.heartbeatDetails as Progress | undefined) ?? input.progress ?? begun;
      const ledger = createLedger(deps, {
        pass: info.workflowExecution!.workflowId,
        report: progress.report,
        // A pass that an older version began does not say all of it.
        policy: { ...driftPolicy, ...input.policy },
        tick: () => heartbeat(progress),
      });
      const until = Date.now() + input.policy.workForMs;
      for (;;) {
        const after = await parts[progress.part](deps, ledger, progress.after);
        const part = after === null ? order[order.indexOf(progress.part) + 1] : progress.part;
        const report = ledger.report();
        if (!part) return { report };
        progress = { part, after, report };
        heartbeat(progress);
        cancellationSignal.throwIfAborted();
        if (Date.now() >= until) return { report, progress };
      }
    },
  };
}

async function connections(deps: ActivityDeps, ledger: Ledger, after: string | null): Promise<string | null> {
  const { pageSize } = ledger.policy;
  const page = await deps.app.connections.inOrder({ after, limit: pageSize });
  for (const check of checks) await check(deps, ledger, page);
  await ledger.closeTasks(page);
  ledger.compared('connections', page.length);
  return page.length < pageSize ? null : page.at(-1)!.id;
}
