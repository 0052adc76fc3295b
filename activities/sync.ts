/** One sync run: open it, pull its pages, close it. */
import { Context, heartbeat } from '@temporalio/activity';
import { consequences, type FailureCode } from '../domain/failure.ts';
import type { RetryPolicy } from '../domain/policy.ts';
import { isDeletable } from '../domain/records.ts';
import type { RunOutcome } from '../domain/run-verdict.ts';
import type { Page } from '../providers/contract.ts';
import { watchRun } from './anomalies.ts';
import { tellActivity } from './client-activity.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { followRun } from './failed-page.ts';
import { settleFields, watchFields } from './field-watch.ts';
import { mapPage, type MappedPage } from './map-page.ts';
import { saveMetrics } from './metrics.ts';
import { refreshOwners } from './owners.ts';
import { polledEvent } from './polled-event.ts';
import { failWith, openConnection } from './provider-call.ts';
import { refreshStages } from './stages.ts';
import { takeRun } from './take-run.ts';

interface RunRef extends ConnectionRef {
  jobId: string;
  trigger: 'schedule' | 'manual' | 'onboarding';
}

/** Records of one page: large enough for one multi-row statement to pay, small enough to repeat. */
const pageSize = 1000;
/** One activity goes on for this long and then lets the workflow ask again, well under its time-out. */
const pullForMs = 5 * 60_000;

export function syncActivities(deps: ActivityDeps) {
  const { app, traffic } = deps;
  return {
    async openRun(input: RunRef): Promise<{ opened: true; runId: string; retry: RetryPolicy } | { opened: false }> {
      const { workflowExecution } = Context.current().info;
      const opened = await takeRun(deps, {
        jobId: input.jobId,
        workflowId: workflowExecution!.workflowId,
        trigger: input.trigger,
      });
      if (!opened.opened) return { opened: false };
      const { policy } = await app.connections.settings(input.connectionId);
      return { opened: true, runId: opened.runId, retry: policy.retry };
    },

    /**
     * Pulls pages from the job's cursor on, fetching and mapping the next while the previous is written. Each page is committed with
     * its cursor, so an attempt that dies repeats at most one page.
     */
    async pullPages(input: RunRef & { runId: string }): Promise<{ done: boolean }> {
      const { connectionId, companyId, jobId, runId } = input;
      const job = await app.jobs.find(jobId);
      if (!job) throw failWith('defect', `The job ${jobId} is gone, though its run ${runId} is open.`);
      const opened = await openConnection(deps, connectionId);
      const { provider, call, connection } = opened;
      const stream = provider.streams[job.stream];
      const mapping = stream && (await app.mappings.current(connectionId, stream.object));
      if (!stream || !mapping)
        throw failWith('configuration_invalid', `The stream "${job.stream}" has no published mapping: publish one.`);

      if (stream.object === 'deal') {
        await refreshStages(deps, opened);
        await refreshOwners(deps, opened);
      }
      const fields = watchFields(deps, { connectionId, runId }, mapping);
      const signal = Context.current().cancellationSignal;
      const fetchAfter = async (cursor: string | null): Promise<Page & MappedPage> => {
        const page = await call((context) => stream.fetchPage(context, { cursor, now: deps.now(), pageSize, signal }));
        fields.see(page.records);
        return { ...page, ...(await mapPage(deps, connection, mapping, page.records)) };
      };
      const until = Date.now() + pullForMs;
      let fetched = fetchAfter(job.cursor);
      for (;;) {
        const page = await fetched;
        const last = page.done || Date.now() > until;
        if (!last) {
          fetched = fetchAfter(page.cursor);
          fetched.catch(() => undefined); // awaited in the next round; a write that fails first must not leave it unhandled
        }
        const { mapped: records, rejected } = page;
        await app.records.savePage({
          connectionId,
          companyId,
          jobId,
          runId,
          mappingVersion: mapping.version,
          records,
          failed: rejected.map(({ externalId, sentence }) => ({ externalId, code: 'record_rejected' as const, sentence })),
          ...(page.deleted && isDeletable(stream.object) && { deleted: { object: stream.object, records: page.deleted } }),
          cursor: page.cursor,
        });
        if (rejected.length > 0) {
          await traffic.events.storeBatch(
            rejected.map(({ raw }) => polledEvent({ ...connection, connectionId }, mapping, raw, deps.now())),
          );
          await deps.temporal.wakeEvents(input);
        }
        await fields.save();
        heartbeat({ cursor: page.cursor });
        Context.current().cancellationSignal.throwIfAborted();
        if (last) return { done: page.done };
      }
    },

    /**
     * Closes the run once, brings metrics, freshness and health up to date, compares it with what is usual, and tells the connection's workflow, which is left asleep
     * when one good run follows another.
     */
    async closeRun(input: RunRef & { runId: string; outcome: RunOutcome; code?: FailureCode; sentence?: string }) {
      const { connectionId, runId, outcome, code, sentence } = input;
      const run = await app.runs.close(runId, { outcome, ...(code && { code }), ...(sentence && { sentence }) });
      const connection = await app.connections.get(connectionId);
      const drifting = outcome === 'succeeded' && (await settleFields(deps, connection, run));
      if (outcome === 'succeeded') {
        await saveMetrics(deps, connection, { runId });
        if (input.trigger !== 'onboarding') await tellActivity(deps, connection);
        await app.connections.markSucceeded(connectionId, deps.now());
        await watchRun(deps, connection, run);
      }
      if (outcome === 'succeeded' || outcome === 'failed') {
        const words = sentence ?? (code ? consequences[code].meaning : 'The last run succeeded.');
        await app.health.record({
          connectionId,
          companyId: input.companyId,
          kind: 'run',
          ok: outcome === 'succeeded',
          latencyMs: null,
          code: code ?? null,
          sentence: words,
        });
      }
      if (input.trigger !== 'onboarding') {
        const words = sentence ?? consequences[code ?? 'defect'].meaning;
        await followRun(deps, input, { jobId: input.jobId, runId, outcome, code: code ?? 'defect', sentence: words });
      }
      const isNews = drifting || !(outcome === 'succeeded' && (await app.runs.isRoutine(runId)));
      if (input.trigger !== 'onboarding' && isNews)
        await deps.temporal.runFinished(connectionId, {
          jobId: input.jobId,
          runId,
          outcome,
          ...(code && { code }),
          ...(drifting && { drifting }),
        });
      const durationMs = run.finishedAt!.getTime() - run.startedAt.getTime();
      return { runId, outcome, ...(code && { code }), counts: run.counts, durationMs };
    },
  };
}
