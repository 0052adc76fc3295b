import type { ErasureKind } from '../domain/erasure.ts';
import type { FailureCode } from '../domain/failure.ts';
import type { Life, ScheduleFacts, WorkflowTask } from '../domain/drift.ts';
import type { ConnectionState } from '../domain/connection-state.ts';
import type { ConnectionPolicy, Rung } from '../domain/policy.ts';
import type { ConnectionRef, SyncSchedule } from './deps.ts';

/**
 * What the comparison of rows with Temporal asks of Temporal. Lists are quick and may lag behind: a repair is preceded by a direct
 * look. A repair answers whether it was this call that did it, so that of two passes at once one counts it.
 */
export interface RepairPort {
  lifeOf(workflowId: string): Promise<Life>;
  /** A direct look: how it is, which activities it has under way, and what it waits to have done by a worker. */
  lookAt(workflowId: string): Promise<{ life: Life; activities: string[]; task: WorkflowTask | null }>;
  /** Which of them run, by the list. */
  running(workflowIds: string[]): Promise<Set<string>>;
  /** The Schedules that are there of these ids, by the list: without what they start. */
  schedulesOf(scheduleIds: string[]): Promise<Map<string, ScheduleFacts>>;
  /** The ids of all Schedules that start sync runs, by the list, in batches. */
  syncSchedules(batchSize: number): AsyncIterable<string[]>;
  /** A direct look; `null` when there is none. A change that names its version is dropped when another came first. */
  readSchedule(scheduleId: string): Promise<(Required<ScheduleFacts> & { version: Uint8Array }) | null>;
  /** What the job's Schedule should be. */
  wantedSchedule(schedule: SyncSchedule): Required<ScheduleFacts>;
  createSchedule(schedule: SyncSchedule): Promise<boolean>;
  /** The note must be this pass's own: by it is seen whose change was taken. */
  correctSchedule(schedule: SyncSchedule, version: Uint8Array): Promise<boolean>;
  dropSchedule(scheduleId: string): Promise<boolean>;
  startConnector(input: ConnectorStart): Promise<boolean>;
  /** Commands a live connector to end in its own order. */
  endConnector(connectionId: string, reason: string): Promise<boolean>;
  startEscalation(input: EscalationStart): Promise<boolean>;
  startDrain(connection: ConnectionRef): Promise<boolean>;
  startRetries(connection: ConnectionRef): Promise<boolean>;
  startReplay(replay: ConnectionRef & { replayId: string }): Promise<boolean>;
  startPushes(connection: ConnectionRef): Promise<boolean>;
  startDelivery(input: DeliveryStart): Promise<boolean>;
  startErasure(input: ErasureStart): Promise<boolean>;
}

/** These have the shapes of the workflows' inputs. */
export interface ConnectorStart extends ConnectionRef {
  state: ConnectionState;
  policy: Pick<ConnectionPolicy, 'escalateAfterFailedRuns' | 'ladder'>;
  failedInARow: Record<string, number>;
  incidents: Partial<Record<FailureCode, string>>;
  valueByHand: boolean;
}
export interface EscalationStart extends ConnectionRef {
  incidentId: string;
  ladder: Rung[];
}
export interface ErasureStart {
  erasureId: string;
  companyId: string;
  kind: ErasureKind;
}
export interface DeliveryStart extends ConnectionRef {
  deliveryId: string;
  policy: ConnectionPolicy['delivery'];
  question?: { code: FailureCode; sentence: string };
}
