import { schedulesRun, type ConnectionState } from './connection-state.ts';
import type { FailureCode } from './failure.ts';

/**
 * Where the database and Temporal may come apart, and what is done about it. The database says what should be; Temporal is brought
 * in line with it. Each repair is an audit entry `reconcile.<repair>`, and these are its words in the Temporal UI.
 */
export const repairWords = {
  connector_started: 'connectors started again',
  connector_ended: 'connectors of disconnected connections ended',
  escalation_started: 'escalations started again',
  incident_closed: 'incidents of disconnected connections closed',
  schedule_created: 'Schedules made again',
  schedule_corrected: 'Schedules corrected',
  schedule_deleted: 'Schedules deleted',
  run_closed: 'abandoned runs closed',
  events_woken: 'drains of stored events woken',
  events_ignored: 'backlogs of disconnected connections closed',
  pushes_started: 'pushes started again',
  retries_started: 'retries of failed work started again',
  replay_started: 'replays of failed work taken up again',
  delivery_started: 'messages taken up again',
  erasure_started: 'erasures taken up again',
} as const;
export type Repair = keyof typeof repairWords;
export const driftRepairs = Object.keys(repairWords) as Repair[];

/** How a pass goes about it. Durations are in milliseconds. */
export interface DriftPolicy {
  /** From one pass to the next. */
  everyMs: number;
  /** Rows that are looked at together. */
  pageSize: number;
  /** One activity goes through pages for this long and then lets the workflow ask again, well under its time-out. */
  workForMs: number;
  /** What was changed less than this long ago may be under way still. */
  settleMs: number;
  /** Stored events that are younger are about to be drained. */
  eventsWaitMs: number;
  /** Longer than one attempt to send may take, and longer than the API waits for the start of a message's workflow. */
  deliveryWaitMs: number;
  /** A list of Schedules does not tell what they start: one in so many is read in full, another share in each pass. */
  readInFullOneIn: number;
  /** A workflow's task that failed so often, or that nobody took for so long, goes on by nobody's doing but a person's. */
  stuckAttempts: number;
  stuckAfterMs: number;
}

export const driftPolicy: DriftPolicy = {
  everyMs: 300_000,
  pageSize: 200,
  workForMs: 120_000,
  settleMs: 60_000,
  eventsWaitMs: 60_000,
  deliveryWaitMs: 180_000,
  readInFullOneIn: 12,
  stuckAttempts: 5,
  stuckAfterMs: 300_000,
};

/** What one pass did. `troubles` counts what could not be repaired and was handed to a person. */
export interface DriftReport {
  connections: number;
  deliveries: number;
  repairs: Partial<Record<Repair, number>>;
  troubles: number;
}

export const nothingYet: DriftReport = { connections: 0, deliveries: 0, repairs: {}, troubles: 0 };

export function describeReport({ connections, deliveries, repairs, troubles }: DriftReport): string {
  const done = Object.entries(repairs).map(([repair, count]) => `- ${count} ${repairWords[repair as Repair]}`);
  return [
    `Compared ${connections} connections and ${deliveries} messages under way.`,
    done.length > 0 ? `Repaired:\n\n${done.join('\n')}` : 'Nothing had drifted.',
    ...(troubles > 0 ? [`${troubles} wait for a person: look at the tasks of cause repair_needed.`] : []),
  ].join('\n\n');
}

/** A launched connection has one live `connector` and a Schedule for each job; the others have neither. */
export function isLaunched(state: ConnectionState): boolean {
  return state !== 'onboarding' && state !== 'disconnected';
}

export interface ScheduleFacts {
  /** Milliseconds between runs; `null` when it is not one plain interval. */
  everyMs: number | null;
  paused: boolean;
  /** What it starts, as flat facts; absent when only the list was read. */
  starts?: Record<string, unknown>;
}
export type ScheduleFault = 'missing' | 'left_over' | 'cadence' | 'pause' | 'action';

export function wantsPause(state: ConnectionState): boolean {
  return !schedulesRun(state);
}

/** How a Schedule differs from the one that the rows want. `null`: none is wanted, or none is there. */
export function scheduleFaults(wanted: ScheduleFacts | null, there: ScheduleFacts | null): ScheduleFault[] {
  if (!wanted) return there ? ['left_over'] : [];
  if (!there) return ['missing'];
  const faults: ScheduleFault[] = [];
  if (wanted.everyMs !== there.everyMs) faults.push('cadence');
  if (wanted.paused !== there.paused) faults.push('pause');
  if (wanted.starts && there.starts && !isSame(wanted.starts, there.starts)) faults.push('action');
  return faults;
}

function isSame(one: Record<string, unknown>, other: Record<string, unknown>): boolean {
  return Object.keys({ ...one, ...other }).every((key) => one[key] === other[key]);
}

/** Whether it is this job's turn to be read in full: each job's comes once in `oneIn` passes. */
export function isReadInFull(jobId: string, passAtMs: number, { everyMs, readInFullOneIn: oneIn }: DriftPolicy): boolean {
  return spread(jobId, oneIn) === Math.floor(passAtMs / everyMs) % oneIn;
}

/** A number from 0 to below `below`, always the same for one id: spreads what would otherwise come all at once. */
export function spread(id: string, below: number): number {
  let hash = 0;
  for (const char of id) hash = (hash * 31 + char.charCodeAt(0)) >>> 0;
  return hash % below;
}

/**
 * How Temporal knows a workflow. `broken_off`: it was terminated or cancelled, or failed; `unknown`: it was never started, or its
 * history is past its retention.
 */
export type Life = 'running' | 'completed' | 'broken_off' | 'unknown';

/** What a living workflow waits to have done by a worker; between two messages it waits for nothing. */
export interface WorkflowTask {
  attempt: number;
  waitedMs: number;
}

/**
 * Why a workflow that lives does not get on. It was begun by a version that no worker here can go on with, or a defect stops it: it is
 * named to a person, and never ended, because nothing of it is lost.
 */
export function stuckSentence(
  workflowId: string,
  task: WorkflowTask | null,
  { stuckAttempts, stuckAfterMs }: Pick<DriftPolicy, 'stuckAttempts' | 'stuckAfterMs'>,
): string | null {
  const goesOn = 'Nothing was ended or lost, and it goes on by itself then.';
  if (task && task.attempt >= stuckAttempts)
    return `The workflow ${workflowId} was tried ${task.attempt} times and no worker can go on with it: start workers of the version that began it, or correct what its failure says in the Temporal UI. ${goesOn}`;
  if (task && task.waitedMs >= stuckAfterMs)
    return `The workflow ${workflowId} has waited ${Math.round(task.waitedMs / 60_000)} minutes for a worker: start the workers of its task queue. ${goesOn}`;
  return null;
}

export interface DeliveryFacts {
  life: Life;
  /** What a person was asked about the message and has not answered. */
  question: { code: FailureCode; sentence: string } | null;
  /** Whether people were ever told about it. */
  told: boolean;
}

/**
 * What becomes of an unfinished message whose workflow does not run. One that ended in its own order stays ended: people were told,
 * or vouched for it. One that waited for a person asks that person again, before it does anything else.
 */
export function judgeDelivery({ life, question, told }: DeliveryFacts): 'leave' | 'ask_again' | 'go_on' {
  if (life === 'running' || life === 'completed') return 'leave';
  if (question) return 'ask_again';
  return life === 'unknown' && told ? 'leave' : 'go_on';
}
