import { consequences, type FailureCode } from './failure.ts';
import type { ConnectionState } from './connection-state.ts';

/** How a finished sync run ended. `cancelled` and `skipped` say nothing about the connection's health. */
export type RunOutcome = 'succeeded' | 'failed' | 'cancelled' | 'skipped';

/** What became of a run's records. `duplicate`: told twice in one page; `ignored`: older than what is stored. */
export interface RunCounts {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  duplicate: number;
  ignored: number;
}

export interface ConnectionFacts {
  state: ConnectionState;
  /** Failed runs in a row, by job. A job without an entry has none. */
  failedInARow: Record<string, number>;
  /** Whether people were called and the incident is still open. */
  openIncident: boolean;
  /** Whether a value entered by a person is shown in place of the provider's. */
  valueByHand: boolean;
}

export interface FinishedRun {
  jobId: string;
  outcome: RunOutcome;
  code?: FailureCode;
  /** It succeeded, and yet a field that a mapping reads is gone or changed. */
  drifting?: boolean;
}

export interface RunVerdict {
  failedInARow: Record<string, number>;
  state: ConnectionState;
  escalate: boolean;
  recovered: boolean;
}

const troubled: ConnectionState[] = ['degraded', 'manual_fallback', 'needs_reauthorization'];

/**
 * What a finished run means for its connection: count it, degrade and call people after `escalateAfterFailedRuns` failures in a
 * row (at once where waiting cannot help), and recover when no job is failing any more.
 */
export function judgeRun(facts: ConnectionFacts, run: FinishedRun, escalateAfterFailedRuns: number): RunVerdict {
  const unchanged: RunVerdict = { failedInARow: facts.failedInARow, state: facts.state, escalate: false, recovered: false };
  if (run.outcome === 'cancelled' || run.outcome === 'skipped') return unchanged;

  if (run.outcome === 'succeeded') {
    const { [run.jobId]: _, ...failing } = facts.failedInARow;
    const troubledNow = troubled.includes(facts.state);
    // Records come again, but not whole: what is left of the trouble is `degraded`, and only that keeps it from being over.
    const back = run.drifting ? 'degraded' : 'active';
    const isOver = (troubledNow && facts.state !== back) || facts.openIncident || facts.valueByHand;
    const recovered = isOver && Object.keys(failing).length === 0;
    const isLess = recovered && troubledNow;
    const state = isLess || (run.drifting && facts.state === 'active') ? back : facts.state;
    return { failedInARow: failing, state, escalate: false, recovered };
  }

  const failures = (facts.failedInARow[run.jobId] ?? 0) + 1;
  const failedInARow = { ...facts.failedInARow, [run.jobId]: failures };
  const escalates = consequences[run.code ?? 'defect'].escalates;
  const escalate = escalates === 'at_once' || (escalates === 'after_repeats' && failures >= escalateAfterFailedRuns);
  return { ...unchanged, failedInARow, escalate, state: escalate ? degrade(facts.state, run.code) : facts.state };
}

/** A pause or a value entered by hand stands: failing does not take it away. */
export function degrade(state: ConnectionState, code: FailureCode | undefined): ConnectionState {
  if (state === 'active' || state === 'degraded') return code === 'credentials_rejected' ? 'needs_reauthorization' : 'degraded';
  return state;
}
