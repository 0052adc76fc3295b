import { ApplicationFailure, CancelledFailure, CompleteAsyncError, type Context } from '@temporalio/activity';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { trace } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Outcome, Tell } from '../domain/outcome.ts';
import { plainError } from '../telemetry/log.ts';
import { codeLabel, isFinalCode, type WorkerMetrics } from './metrics.ts';
import { outcomesOf } from './outcomes.ts';

/** One line for each outcome, and what is counted from it. */
export function createTell(log: Pick<Logger, 'info' | 'warn'>, metrics: WorkerMetrics): Tell {
  return (told) => {
    count(metrics, told);
    const { lagsMs, ...line } = told;
    const isBad = badOutcomes.has(told.outcome);
    const traceId = trace.getActiveSpan()?.spanContext().traceId;
    log[isBad ? 'warn' : 'info'](
      { ...line, ...(traceId && { traceId }), ...(lagsMs && { lagMs: Math.max(0, ...lagsMs) }) },
      `${told.event} ${told.outcome}`,
    );
  };
}

const badOutcomes = new Set([
  'failed',
  'undelivered',
  'ambiguous',
  'nobody_told',
  'given_up',
  'unanswered',
  'needs_people',
  'lost',
]);

function count(metrics: WorkerMetrics, { event, outcome, providerKey: provider = 'none', counts = {}, ...told }: Outcome): void {
  if (event === 'run') {
    metrics.runs.inc({ provider, outcome });
    if (told.durationMs !== undefined) metrics.runTime.observe({ provider }, told.durationMs / 1_000);
    for (const [result, records] of Object.entries(counts)) metrics.records.inc({ provider, result }, records);
  } else if (event === 'drain') {
    for (const [result, events] of Object.entries(counts)) metrics.events.inc({ provider, result }, events);
    for (const lagMs of told.lagsMs ?? []) metrics.eventLag.observe({ provider }, lagMs / 1_000);
  } else if (event === 'renewal') metrics.renewals.inc({ provider, outcome });
  else if (event === 'delivery') metrics.deliveries.inc({ provider, outcome });
  else if (event === 'notice') metrics.notices.inc({ outcome });
  else if (event === 'reconcile') {
    const { connections: _, deliveries: __, troubles: ___, ...repairs } = counts;
    metrics.passes.inc();
    for (const repaired of Object.values(repairs)) metrics.repairs.inc(repaired);
  }
}

/** Tells what activities answer, and each attempt that failed. The SDK's own line of a failure is left out for it (`sdk-logger.ts`). */
export function tellActivities(tell: Tell, metrics: WorkerMetrics): ActivityInterceptorsFactory {
  return (context) => ({
    inbound: {
      async execute({ args, headers }, next) {
        const { activityType, attempt } = context.info;
        const tells = (outcomesOf as Record<string, ((input: unknown, answer: unknown) => Outcome | null) | null>)[activityType];
        const place = { ...idsOf(args[0]), ...placeOf(context) };
        try {
          const answer = await next({ args, headers });
          const outcome = tells?.(args[0], answer);
          if (outcome) tell({ ...place, ...outcome });
          return answer;
        } catch (error) {
          if (error instanceof CancelledFailure || error instanceof CompleteAsyncError) throw error;
          const code = codeLabel(error instanceof ApplicationFailure ? error.type : null);
          metrics.activityFailures.inc({ activity: activityType, code, final: String(isFinalCode(code)) });
          tell({
            event: activityType === 'pullPages' ? 'page' : 'activity',
            outcome: 'failed',
            ...place,
            code,
            ...sentenceOf(error),
            activityType,
            attempt,
          });
          throw error;
        }
      },
    },
  });
}

/** The sentence of a failure of ours holds no payload and nothing personal; any other error may quote what it was about. */
function sentenceOf(error: unknown): Pick<Outcome, 'sentence'> {
  if (error instanceof ApplicationFailure) return { sentence: error.message };
  return { sentence: plainError(error).message ?? 'The database refused a statement.' };
}

function placeOf({ info }: Context): Pick<Outcome, 'workflowId'> {
  return info.workflowExecution ? { workflowId: info.workflowExecution.workflowId } : {};
}

const idNames = [
  'companyId',
  'connectionId',
  'providerKey',
  'jobId',
  'runId',
  'deliveryId',
  'incidentId',
  'remapId',
  'replayId',
  'erasureId',
  'reportId',
] as const;

/** Ids of ours that the activity was given; nothing else of its input. */
function idsOf(input: unknown): Partial<Outcome> {
  if (typeof input !== 'object' || input === null) return {};
  const given = input as Record<string, unknown>;
  return Object.fromEntries(idNames.flatMap((name) => (typeof given[name] === 'string' ? [[name, given[name]]] : [])));
}
