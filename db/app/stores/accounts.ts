import type { AppDb } from '../context.ts';

/** What a provider's check told of the account. */
export interface AccountFacts {
  account: { externalId: string; name: string; status: string };
  reaches: { kind: string; externalId: string; label: string; address?: string | undefined; capabilities: string[] }[];
}
export interface ReachedAccount {
  id: string;
  kind: string;
  externalId: string;
  label: string;
  address: string | null;
  capabilities: string[];
}

export interface AccountStore {
  /** Writes the account and what it reaches; what it no longer reaches is no longer listed. Repeatable. */
  save(connectionId: string, facts: AccountFacts): Promise<void>;
  reaches(connectionId: string): Promise<ReachedAccount[]>;
  /** Takes the sender's next free place, so that its sends stand `1 / ratePerS` apart: the time this send may go out. */
  reserveSendSlot(input: { connectionId: string; address: string; ratePerS: number; now: Date }): Promise<Date>;
}

// BODY
export function accountStore(_db: AppDb): AccountStore {
  throw new Error('The store is not there yet.');
}
