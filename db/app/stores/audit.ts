import type { AppDb } from '../context.ts';
import type { Page, PageInput } from '../../page.ts';

export interface AuditEntry {
  /** `null` for what concerns the platform and no company. */
  companyId: string | null;
  /** The id of the user or API key that acted, or `engine`. */
  actor: string;
  /** Noun and verb, for example `connection.pause`. */
  action: string;
  /** The id of what it was done to. */
  subject: string;
  outcome: 'done' | 'refused';
  /** Facts for the person who reads it; never a secret, a phone number or a body. */
  detail?: Record<string, unknown> | undefined;
  /** The address that the request came from. */
  from?: string | null | undefined;
}
/** Who acts, as callers of a change give it; the store fills in the rest of the entry. */
export type By = Pick<AuditEntry, 'actor' | 'from'>;

export interface AuditRow extends Required<Omit<AuditEntry, 'detail' | 'from'>> {
  /** Position in the company's chain, from 1. */
  sequence: number;
  detail: Record<string, unknown>;
  from: string | null;
  at: Date;
  /** Hex SHA-256 of the entry before; 64 zeros for the first. */
  previousHash: string;
  hash: string;
}

export interface AuditStore {
  append(entry: AuditEntry): Promise<void>;
  /** One chain, newest first: the company's, or the platform's own when `companyId` is `null`. */
  list(input: PageInput & { companyId: string | null }): Promise<Page<AuditRow>>;
  /** Walks a chain from its start. Answers the sequence of the first entry that does not fit, or `null` when all do. */
  firstBroken(companyId: string | null): Promise<number | null>;
}

// BODY
export function auditStore(_db: AppDb): AuditStore {
  throw new Error('The store is not there yet.');
}
