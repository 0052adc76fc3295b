import type { ConnectionState } from '../../../domain/connection-state.ts';
import type { ConnectionPolicy, PolicyOverrides } from '../../../domain/policy.ts';
import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';
import type { By } from './audit.ts';

export interface Connection {
  id: string;
  companyId: string;
  providerKey: string;
  accountId: string;
  purpose: string;
  label: string;
  state: ConnectionState;
  /** Why it is in this state. */
  stateReason: string | null;
  stateChangedAt: Date;
  ownerUserId: string | null;
  /** Why the company wants this connection. */
  reason: string;
  lastSuccessAt: Date | null;
  createdAt: Date;
}
export interface ConnectionSettings {
  settings: Record<string, unknown>;
  /** The stored overrides over the defaults. */
  policy: ConnectionPolicy;
  /** The client's next action, as the baseline step wrote it. */
  nextAction: string | null;
}

export interface ConnectionStore {
  /** In state `onboarding`, with its pending account and its settings. */
  create(
    input: {
      companyId: string;
      providerKey: string;
      purpose: string;
      label: string;
      ownerUserId: string | null;
      reason: string;
      settings: Record<string, unknown>;
      policy?: PolicyOverrides | undefined;
    },
    audit: By,
  ): Promise<Connection>;
  find(id: string): Promise<Connection | null>;
  /** Throws `NotFound`. */
  get(id: string): Promise<Connection>;
  list(input: PageInput & { companyId?: string | undefined; state?: ConnectionState | undefined }): Promise<Page<Connection>>;
  /** With an audit row when the state changes. Repeatable. */
  setState(id: string, state: ConnectionState, reason: string, actor: string): Promise<void>;
  /** Moves the freshness mark, never backwards. */
  markSucceeded(id: string, at: Date): Promise<void>;
  settings(id: string): Promise<ConnectionSettings>;
  saveSettings(
    id: string,
    input: { settings?: Record<string, unknown> | undefined; policy?: PolicyOverrides | undefined },
    audit: By,
  ): Promise<void>;
  /**
   * Deletes everything that an onboarding made, credentials included; the audit log stays. Repeatable. Throws `Conflict` once the
   * connection was launched.
   */
  removeUnlaunched(id: string, audit: By): Promise<void>;
}

// BODY
export function connectionStore(_db: AppDb): ConnectionStore {
  throw new Error('The store is not there yet.');
}
