import type { AppDb } from '../context.ts';

export type BeginAnswer =
  { state: 'new' } | { state: 'running' } | { state: 'mismatch' } | { state: 'done'; status: number; body: unknown };

/** Answers of creating calls by the caller's `Idempotency-Key`. Answers are kept sealed: one of them may show a new key. */
export interface IdempotencyStore {
  /** `mismatch`: the key was used for another request. A `running` one that nobody finished within a minute is given out again. */
  begin(input: { scope: string; key: string; requestHash: string }): Promise<BeginAnswer>;
  finish(scope: string, key: string, status: number, body: unknown): Promise<void>;
  /** The call failed without effect: the key may be used again. */
  abandon(scope: string, key: string): Promise<void>;
}

// BODY
export function idempotencyStore(_db: AppDb): IdempotencyStore {
  throw new Error('The store is not there yet.');
}
