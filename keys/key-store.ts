import type { KeyPlace } from './master-key.ts';

export interface WrappedKey extends KeyPlace {
  masterKeyId: string;
  wrapped: Buffer;
}

export interface KnownMasterKey {
  id: string;
  /** `active`: wraps new data keys. `previous`: still wraps some, until it is retired. */
  state: 'active' | 'previous' | 'retired';
  /** A known value, wrapped: tells the right key from a wrong one. */
  check: Buffer;
  /** Whether the keys of version 1 are derived from it. */
  derivesFirst: boolean;
}

/** A value that an older release sealed with a key of version 1. */
export interface FirstVersionSample {
  scope: string;
  boundTo: string;
  sealed: Buffer;
}

/** Where wrapped keys are kept. */
export interface KeyStore {
  masterKeys(): Promise<KnownMasterKey[]>;
  /** Adds the first master key as the active one; where another process was first, changes nothing. */
  addFirstMasterKey(key: Pick<KnownMasterKey, 'id' | 'check' | 'derivesFirst'>): Promise<void>;
  /** Some value of version 1, if there is one: an older release may have left it. */
  firstVersionSample(): Promise<FirstVersionSample | null>;
  /** The key that seals new values of the scope. */
  current(scope: string): Promise<WrappedKey | null>;
  /** `null` too when the key was retired or destroyed. */
  find(place: KeyPlace): Promise<WrappedKey | null>;
  nextVersion(scope: string): Promise<number>;
  /** Adds a scope's key and makes it the current one; where another process was first, changes nothing. */
  addFirst(key: WrappedKey): Promise<void>;
}
