/**
 * Every message that a workflow takes, with its shape. The API and the activities speak to workflows through these names alone.
 * Nothing here carries a secret, a phone number or a message body: histories keep what passes.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ConnectionState } from '../domain/connection-state.ts';
import type { DeliveryStatus } from '../domain/delivery-status.ts';
import type { DriftPolicy, DriftReport } from '../domain/drift.ts';
import type { ErasureKind } from '../domain/erasure.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { RotationKind, RotationPolicy, RotationProgress } from '../domain/key-rotation.ts';
import type { ConfirmedStep, OnboardingStep } from '../domain/onboarding.ts';
import type { MetricKey } from '../domain/metrics.ts';
import type { PeriodKind } from '../domain/periods.ts';
import type { ConnectionPolicy, Rung } from '../domain/policy.ts';
import type { CanonicalObject } from '../domain/records.ts';
import type { RemapCounts } from '../domain/remap.ts';
import type { ReplayCounts } from '../domain/replay.ts';
import type { RunCounts, RunOutcome } from '../domain/run-verdict.ts';

/** Every command's answer. */
export type CommandAnswer<Accepted = object> =
  | ({ verdict: 'accepted' } & Accepted)
  | { verdict: 'already'; sentence: string }
  | { verdict: 'refused'; reason: string; code?: FailureCode };

/** `by` is the id of the user or API key that acts. */
export interface Actor {
  by: string;
}

// onboarding:<connection>
export interface OnboardingInput {
  connectionId: string;
  companyId: string;
  providerKey: string;
  startedBy: string;
}
export interface OnboardingResult {
  outcome: 'launched' | 'cancelled';
  confirmed: ConfirmedStep[];
}
export type StepAnswer = CommandAnswer<{ step: ConfirmedStep }>;
export interface BaselineInput extends Actor {
  /** The client's next action, at most 200 characters; business words, no personal data. */
  nextAction: string;
  explanation: string;
}
export const confirmAccessUpdate = defineUpdate<StepAnswer, [Actor]>('confirmAccess');
export const createRecordsUpdate = defineUpdate<StepAnswer, [Actor]>('createRecords');
export const mapFieldsUpdate = defineUpdate<StepAnswer, [Actor]>('mapFields');
export const testRunUpdate = defineUpdate<StepAnswer, [Actor]>('testRun');
export const confirmBaselineUpdate = defineUpdate<StepAnswer, [BaselineInput]>('confirmBaseline');
export const launchUpdate = defineUpdate<StepAnswer, [Actor]>('launch');
export const cancelOnboardingUpdate = defineUpdate<CommandAnswer, [Actor & { reason: string }]>('cancelOnboarding');
export interface OnboardingProgress {
  confirmed: ConfirmedStep[];
  next: OnboardingStep | null;
  cancelled: boolean;
  /** The step that is being done now. Absent where a worker of an earlier version answers. */
  working?: { step: OnboardingStep; by: string; since: string } | null;
}
export const onboardingProgressQuery = defineQuery<OnboardingProgress>('onboardingProgress');

// connector:<connection>
export interface ConnectorInput {
  connectionId: string;
  companyId: string;
  providerKey: string;
  state: ConnectionState;
  policy: Pick<ConnectionPolicy, 'escalateAfterFailedRuns' | 'ladder'>;
  failedInARow: Record<string, number>;
  /** The open incidents by cause. */
  incidents: Partial<Record<FailureCode, string>>;
  /** Incidents that were told to be over and are not closed yet. */
  closing?: string[];
  /** Whether a value entered by a person stands until the provider's own comes. */
  valueByHand: boolean;
}
export interface SyncNowInput extends Actor {
  /** All streams when absent. */
  stream?: string;
}
export interface StartedRun {
  jobId: string;
  stream: string;
  runId: string;
  workflowId: string;
  /** `already`: a run of this job is under way, and this is it. */
  status: 'accepted' | 'already';
}
export interface ManualValueInput extends Actor {
  /** The row that holds value, period, reason and who: `metric_snapshots`. */
  snapshotId: string;
  /** All of them, where several were entered at once. */
  snapshotIds?: string[];
  /** The newest value of each of these metrics is under review: a person's may stand in its place while the connection delivers. */
  areHeld?: boolean;
}
export interface HandBackInput extends Actor {
  /** All that stand when absent. */
  metricKeys?: MetricKey[];
}
export interface ReauthorizeInput extends Actor {
  /** The row that holds the new sealed credentials, not yet in force. */
  tokenId: string;
}
export const syncNowUpdate = defineUpdate<CommandAnswer<{ runs: StartedRun[] }>, [SyncNowInput]>('syncNow');
export const pauseUpdate = defineUpdate<CommandAnswer, [Actor & { reason: string }]>('pause');
export const resumeUpdate = defineUpdate<CommandAnswer, [Actor]>('resume');
export const disconnectUpdate = defineUpdate<CommandAnswer, [Actor & { reason: string }]>('disconnect');
export const reauthorizeUpdate = defineUpdate<CommandAnswer, [ReauthorizeInput]>('reauthorize');
export const enterManualValueUpdate = defineUpdate<CommandAnswer, [ManualValueInput]>('enterManualValue');
export const handBackManualValueUpdate = defineUpdate<CommandAnswer<{ handedBack: number }>, [HandBackInput]>(
  'handBackManualValue',
);
export interface RunFinished {
  jobId: string;
  runId: string;
  outcome: RunOutcome;
  code?: FailureCode;
  /** A field that a mapping reads is gone or changed at the provider, on any of the connection's streams. */
  drifting?: boolean;
}
export const runFinishedSignal = defineSignal<[RunFinished]>('runFinished');
/** The credentials in force can no longer be renewed; `reason` is the sentence for the owner. */
export interface CredentialsLost {
  reason: string;
}
export const credentialsLostSignal = defineSignal<[CredentialsLost]>('credentialsLost');
export const escalationClosedSignal = defineSignal<[{ incidentId: string }]>('escalationClosed');
export const policyChangedSignal = defineSignal<[ConnectorInput['policy']]>('policyChanged');
export interface ConnectorStatus {
  state: ConnectionState;
  failedInARow: Record<string, number>;
  incidents: Partial<Record<FailureCode, string>>;
}
export const connectorStatusQuery = defineQuery<ConnectorStatus>('connectorStatus');

// sync:<job>-<time> and sync:<job>:<request>
export interface SyncRunInput {
  connectionId: string;
  companyId: string;
  providerKey: string;
  jobId: string;
  trigger: 'schedule' | 'manual' | 'onboarding';
}
export interface SyncRunResult {
  runId: string | null;
  outcome: RunOutcome;
  code?: FailureCode;
  counts: RunCounts;
}

// sample:<connection>:<object>
export interface FetchSampleInput {
  connectionId: string;
  companyId: string;
  providerKey: string;
  object: CanonicalObject;
}

// remap:<remap>
export interface RemapInput {
  remapId: string;
  connectionId: string;
  companyId: string;
  providerKey: string;
}
export const remapProgressQuery = defineQuery<RemapCounts>('remapProgress');

// events:<connection>
export interface DrainEventsInput {
  connectionId: string;
  companyId: string;
  providerKey: string;
}
export const eventsArrivedSignal = defineSignal('eventsArrived');

// retries:<connection>
export type RetriesInput = DrainEventsInput;
export const retriesDueSignal = defineSignal('retriesDue');

// replay:<replay>
export interface ReplayInput {
  replayId: string;
  connectionId: string;
  companyId: string;
  providerKey: string;
}
export const replayProgressQuery = defineQuery<ReplayCounts>('replayProgress');

// replay-preview:<preview>
export interface PreviewReplayInput {
  previewId: string;
}

// pushes:<connection>
export type PushRecordsInput = DrainEventsInput;
export const pushesWaitSignal = defineSignal('pushesWait');

// message:<delivery>
export interface DeliverMessageInput {
  deliveryId: string;
  connectionId: string;
  companyId: string;
  providerKey: string;
  policy: ConnectionPolicy['delivery'];
  /** What a person was asked before the workflow was lost: it asks again first. */
  question?: { code: FailureCode; sentence: string };
  /** What a person does instead of a message that has ended: only that is carried out. */
  fallbackId?: string;
}
export interface DeliverMessageResult {
  status: DeliveryStatus;
}
export interface DeliveryStatusChanged {
  status: DeliveryStatus;
}
export const deliveryStatusSignal = defineSignal<[DeliveryStatusChanged]>('deliveryStatus');
export interface DecideDeliveryInput extends Actor {
  /** What a person found at the provider: it went out, it did not (send it), or it shall not be sent at all. */
  decision: 'was_sent' | 'send_again' | 'abandon';
}
export const decideDeliveryUpdate = defineUpdate<CommandAnswer, [DecideDeliveryInput]>('decideDelivery');
export interface FallBackInput extends Actor {
  /** The row that says how and in which words: `message_fallbacks`. */
  fallbackId: string;
}
export const fallBackUpdate = defineUpdate<CommandAnswer, [FallBackInput]>('fallBack');
export const cancelDeliveryUpdate = defineUpdate<CommandAnswer, [Actor]>('cancelDelivery');

// escalation:<incident>
export interface EscalationInput {
  incidentId: string;
  connectionId: string;
  companyId: string;
  providerKey: string;
  ladder: Rung[];
}
export interface EscalationResult {
  outcome: 'recovered' | 'resolved';
}
export const acknowledgeUpdate = defineUpdate<CommandAnswer, [Actor]>('acknowledge');
export const takeOverUpdate = defineUpdate<CommandAnswer, [Actor]>('takeOver');
export const resolveEscalationUpdate = defineUpdate<CommandAnswer, [Actor & { note: string }]>('resolveEscalation');
/** The connection recovered, or was disconnected: nobody needs to act any more. */
export const incidentOverSignal = defineSignal<[EscalationResult]>('incidentOver');

/** The incident is open again: it had recovered, and its word that it is over was still to go out. */
export const incidentBackSignal = defineSignal('incidentBack');
/** Those who know of the incident are to hear this too. */
export const tellFurtherSignal = defineSignal<[{ kind: 'flapping' | 'pause_ahead' | 'paused' }]>('tellFurther');

// reconcile-<time>
export interface ReconcileInput {
  policy: DriftPolicy;
}
export type ReconcileResult = DriftReport;

// reports
export interface OpenReportsResult {
  /** Values of weeks and months. */
  taken: number;
  opened: number;
}

// report:<company>:<period>
export interface ReportInput {
  companyId: string;
  kind: PeriodKind;
  /** `2026-W47` or `2026-11`. */
  periodKey: string;
  /** A day of the period, `YYYY-MM-DD`. */
  day: string;
}
export interface ReportResult {
  /** `null` when the company had no value of the period. */
  reportId: string | null;
}

// erase:<erasure>
export interface EraseInput {
  erasureId: string;
  companyId: string;
  kind: ErasureKind;
}

// rotate-keys
export interface RotateKeysInput {
  kind: RotationKind;
  /** Names the rotation in rows and audit. */
  rotation: string;
  /** The master key to move to; absent when data keys are replaced. */
  masterKeyId?: string;
  policy: RotationPolicy;
}
export const reverseRotationUpdate = defineUpdate<CommandAnswer, [Actor]>('reverseRotation');
export const retireKeysUpdate = defineUpdate<CommandAnswer, [Actor]>('retireKeys');
export const rotationProgressQuery = defineQuery<RotationProgress>('rotationProgress');
