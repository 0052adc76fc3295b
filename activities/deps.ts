/** What activities are handed at start. Nothing here is global, so that tests and several workers can each have their own. */
import type { FailureCode } from '../domain/failure.ts';
import type { Tell } from '../domain/outcome.ts';
import type { DeliveryStatus } from '../domain/delivery-status.ts';
import type { Notices } from '../notices/channel.ts';
import type { Provider, ProviderHttp } from '../providers/contract.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { AppStores } from '../db/app/stores/index.ts';
import type { TrafficStores } from '../db/traffic/stores/index.ts';
import type { OAuthClient } from '../providers/oauth.ts';
import type { KeyChanges } from '../keys/key-changes.ts';
import type { Circuits } from './circuits.ts';
import type { RunOutcome } from '../domain/run-verdict.ts';
import type { ReportRef } from './reports.ts';
import type { RepairPort } from './repair-port.ts';

export interface ActivityDeps {
  app: AppStores;
  traffic: TrafficStores;
  keys: KeyChanges;
  getProvider(key: string): Provider;
  /** A client for one connection: base URL in force, time-outs, and a redacted log line for each call. */
  httpFor(provider: Provider, owner: { connectionId: string; companyId: string }): ProviderHttp;
  /** Whether a connection's provider may be asked now. */
  circuits: Circuits;
  /** The platform's own OAuth client at a provider; `null` when none is configured. */
  oauthClient(providerKey: string): OAuthClient | null;
  /** How long the renewal of tokens may take; shorter in tests. */
  renewal?: Renewal;
  temporal: TemporalPort;
  /** The ways by which people are told about incidents. */
  notices: Notices;
  /** What providers call back: the scheme and host that the outside world sees, without a slash at the end. */
  publicUrl: string;
  now(): Date;
  /** Told what happens within an activity, for log lines and metrics; what an activity answers is told for it. */
  tell?: Tell;
}

export interface Renewal {
  /** For the provider's answer. Well under the lease, so that a late answer is never kept against a later one. */
  requestMs: number;
  leaseMs: number;
  /** After a lease that ended without its answer, before the answer is taken for lost. */
  lateMs: number;
}

/** The few things that activities ask of Temporal. Each is safe to repeat. */
export interface TemporalPort extends RepairPort {
  /** Creates the job's Schedule, or brings the one that is there in line. */
  ensureSchedule(schedule: SyncSchedule): Promise<void>;
  /** Pauses or unpauses the job's Schedule; creates the one that somebody deleted. */
  pauseSchedule(schedule: SyncSchedule): Promise<void>;
  deleteSchedule(jobId: string): Promise<void>;
  wakeEvents(connection: ConnectionRef): Promise<void>;
  wakePushes(connection: ConnectionRef): Promise<void>;
  /** Something is due, or will be: the connection's retries look when. */
  wakeRetries(connection: ConnectionRef): Promise<void>;
  /** The same for retries that sleep, when nothing will be due any more. */
  tellRetries(connectionId: string): Promise<void>;
  /** Starts a run of a job on demand, under this id; one of this id that there was already is left alone. */
  startRun(run: ConnectionRef & { jobId: string; requestId: string }): Promise<void>;
  runFinished(
    connectionId: string,
    run: { jobId: string; runId: string; outcome: RunOutcome; code?: FailureCode; drifting?: true },
  ): Promise<void>;
  credentialsLost(connectionId: string, lost: { reason: string }): Promise<void>;
  deliveryStatus(deliveryId: string, status: DeliveryStatus): Promise<void>;
  /** Answers whether it was started: one that runs already is left alone. */
  startReport(report: ReportRef): Promise<boolean>;
  /** Ends all that is under way for a company whose rows go: there is nothing left to be orderly about. Answers how many. */
  endWorkflows(companyId: string, reason: string): Promise<number>;
}

export interface ConnectionRef {
  connectionId: string;
  companyId: string;
  providerKey: string;
}

export const refOf = ({ id, companyId, providerKey }: Pick<Connection, 'id' | 'companyId' | 'providerKey'>): ConnectionRef => ({
  connectionId: id,
  companyId,
  providerKey,
});

export interface SyncSchedule extends ConnectionRef {
  jobId: string;
  stream: string;
  cadenceS: number;
  paused: boolean;
  /** Why, for ops in the Temporal UI. */
  note: string;
}
