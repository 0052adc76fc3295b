import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';

export interface Credentials {
  tokenId: string;
  /** The provider's auth kind that the values belong to. */
  kind: string;
  values: Record<string, string>;
}

/** Values are sealed with the company's key and bound to their row and connection: a copied ciphertext opens nowhere else. */
export interface CredentialStore {
  /** Keeps new values that are not yet in force. */
  stage(
    input: { connectionId: string; companyId: string; kind: string; values: Record<string, string> },
    audit: By,
  ): Promise<{ tokenId: string }>;
  /** Puts staged values in force; what was in force loses its ciphertext. Repeatable. Throws `Conflict` for withdrawn ones. */
  activate(tokenId: string): Promise<void>;
  active(connectionId: string): Promise<Credentials | null>;
  /** The newest staged. */
  staged(connectionId: string): Promise<Credentials | null>;
  read(tokenId: string): Promise<Credentials | null>;
  discard(tokenId: string): Promise<void>;
  /** Leaves no ciphertext of the connection. */
  forget(connectionId: string, audit: By): Promise<void>;
}

// BODY
export function credentialStore(_db: AppDb): CredentialStore {
  throw new Error('The store is not there yet.');
}
