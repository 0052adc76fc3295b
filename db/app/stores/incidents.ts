import type { FailureCode } from '../../../domain/failure.ts';
import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';

export type IncidentState = 'open' | 'acknowledged' | 'taken_over' | 'unanswered' | 'recovered' | 'resolved';
export interface Incident {
  id: string;
  companyId: string;
  connectionId: string;
  cause: FailureCode;
  sentence: string;
  state: IncidentState;
  openedAt: Date;
  lastSeenAt: Date;
  /** How often the same cause was told again while it was open. */
  repeats: number;
  acknowledgedBy: string | null;
  acknowledgedAt: Date | null;
  takenOverBy: string | null;
  takenOverAt: Date | null;
  closedAt: Date | null;
  note: string | null;
}
export interface IncidentAlert {
  id: string;
  rung: number;
  userId: string;
  channel: 'sms';
  state: AlertState;
  sentence: string | null;
  sentAt: Date | null;
}
export type AlertState = 'claimed' | 'sent' | 'failed';
export interface AlertClaim {
  alertId: string;
  first: boolean;
  attemptedAt: Date;
  state: AlertState;
}

/** Changes are repeatable, leave an audit row when they change something, and throw `NotFound` for an unknown incident. */
export interface IncidentStore {
  /** One open incident for each connection and cause: a repeat counts and takes the new sentence. */
  open(input: {
    companyId: string;
    connectionId: string;
    cause: FailureCode;
    sentence: string;
  }): Promise<{ incidentId: string; opened: boolean }>;
  find(id: string): Promise<Incident | null>;
  list(
    input: PageInput & {
      companyId?: string | undefined;
      connectionId?: string | undefined;
      open?: boolean | undefined;
    },
  ): Promise<Page<Incident>>;
  /** Oldest first. */
  alerts(incidentId: string): Promise<IncidentAlert[]>;
  /** Marks the notice before it goes out. `first` is false when an earlier attempt may have gone out. */
  claimAlert(input: { incidentId: string; rung: number; userId: string; channel: 'sms' }): Promise<AlertClaim>;
  alertSent(alertId: string, input: { externalId: string | null }): Promise<void>;
  alertFailed(alertId: string, sentence: string): Promise<void>;
  acknowledge(id: string, actor: string): Promise<Incident>;
  takeOver(id: string, actor: string): Promise<Incident>;
  /** The whole ladder was told and nobody answered; it stays open. */
  unanswered(id: string): Promise<Incident>;
  close(id: string, outcome: 'recovered' | 'resolved', actor: string, note?: string | null | undefined): Promise<Incident>;
}

// BODY
export function incidentStore(_db: AppDb): IncidentStore {
  throw new Error('The store is not there yet.');
}
