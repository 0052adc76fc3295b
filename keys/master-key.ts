/** What a wrapped data key is of: a wrapped key that is copied to another row does not unwrap. */
export interface KeyPlace {
  /** A company's id, or one of `scopes`. */
  scope: string;
  version: number;
}

/** A key that seals nothing but data keys. It may live in a service that never shows it. */
export interface MasterKey {
  /** Names the key in rows, answers and logs, and tells nothing of it. */
  readonly id: string;
  /** Throws `KeyUnavailable` when the service that holds the key does not answer. */
  wrap(place: KeyPlace, dataKey: Buffer): Promise<Buffer>;
  /** Throws `KeyUnavailable`, or another error when it was not this key that wrapped it. */
  unwrap(place: KeyPlace, wrapped: Buffer): Promise<Buffer>;
  /** The key of version 1, which older releases derived for each scope. Only a key whose bytes are at hand can do so. */
  derive?(scope: string): Buffer;
}

/** A key cannot be had: the sentence says which and what to do. The API answers 503. */
export class KeyUnavailable extends Error {
  override name = 'KeyUnavailable';
}

/** The key was retired or destroyed: what it sealed can never be opened again. */
export class KeyGone extends Error {
  override name = 'KeyGone';
}
