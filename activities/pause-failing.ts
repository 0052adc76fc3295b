import type { Connection } from '../db/app/stores/connections.ts';
import { schedulesRun, type ConnectionState } from '../domain/connection-state.ts';
import type { FailureCode } from '../domain/failure.ts';
import { pauseAheadSentence, pausedSentence } from '../domain/incident-notice.ts';
import type { ConnectionPolicy } from '../domain/policy.ts';
import { judgeStreak } from '../domain/thresholds.ts';
import type { ActivityDeps } from './deps.ts';

export const pauseAheadSubject = (connectionId: string) => `pause_ahead:${connectionId}`;
export const pausedSubject = (connectionId: string) => `paused:${connectionId}`;

interface Failing {
  connection: Connection;
  /** As its workflow knows it. */
  state: ConnectionState;
  cause: FailureCode;
  policy: ConnectionPolicy;
}

/**
 * What a connection that only fails comes to: its owner has a task that says when it will be paused, and later one that says that it is.
 * Counted from the runs' rows, and the warning is the open task itself, so nothing is lost with a workflow. Answers what people are to be
 * told. Repeatable.
 */
export async function judgeFailing({ app, now }: ActivityDeps, failing: Failing): Promise<'pause_ahead' | 'paused' | null> {
  const { connection, state, cause, policy } = failing;
  if (!schedulesRun(state)) return null;
  const { id: connectionId, companyId, label } = connection;
  const streak = await app.runs.streak(connectionId);
  const warnedAt = await app.tasks.openSince(pauseAheadSubject(connectionId));
  const verdict = judgeStreak(streak, warnedAt?.getTime() ?? null, now().getTime(), policy.thresholds);
  const task = { companyId, connectionId };
  if (verdict.verdict === 'warn') {
    const sentence = pauseAheadSentence({ label, cause, streak, pauseAtMs: verdict.pauseAtMs, thresholds: policy.thresholds });
    await app.tasks.open({ ...task, cause: 'pause_ahead', subject: pauseAheadSubject(connectionId), sentence });
    return 'pause_ahead';
  }
  if (verdict.verdict === 'go_on') return null;
  const sentence = pausedSentence({ label, cause, streak });
  await app.tasks.open({ ...task, cause: 'paused_by_engine', subject: pausedSubject(connectionId), sentence });
  return 'paused';
}

/** A pause ends the warning of one, and what resumes the connection ends the task of the pause. */
export async function settlePauses(
  { app }: ActivityDeps,
  { connectionId, state, by }: { connectionId: string; state: ConnectionState; by: string },
): Promise<void> {
  if (!schedulesRun(state)) await app.tasks.completeBySubject(pauseAheadSubject(connectionId), `The connection is ${state}.`, by);
  if (state !== 'paused') await app.tasks.completeBySubject(pausedSubject(connectionId), `The connection is ${state}.`, by);
}
