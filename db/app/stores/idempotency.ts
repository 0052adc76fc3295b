import { scopes } from '../../../keys/scopes.ts';
import { select, sqlTime, write } from '../../sql.ts';
import type { AppDb } from '../context.ts';

export type BeginAnswer =
  | { state: 'new' }
  | { state: 'again' }
  | { state: 'running' }
  | { state: 'mismatch' }
  | { state: 'done'; status: number; body: unknown };

/** Answers of creating calls by the caller's `Idempotency-Key`. Answers are kept sealed: one of them may show a new key. */
export interface IdempotencyStore {
  /** `mismatch`: the key was used for another request. A `running` one that nobody finished within a minute is given out `again`. */
  begin(input: { scope: string; key: string; requestHash: string }): Promise<BeginAnswer>;
  finish(scope: string, key: string, status: number, body: unknown): Promise<void>;
  /** The call failed without effect: the key may be used again. */
  abandon(scope: string, key: string): Promise<void>;
  /** The call failed, and may have had an effect: the key may be used again at once, by a call that knows of it. */
  letGo(scope: string, key: string): Promise<void>;
  /** Deletes the oldest calls that began before `before`, `rowsMax` of them at most. Answers how many it deleted. */
  forget(before: Date, rowsMax: number): Promise<number>;
}

/**
 * After this long a call that never finished is taken for dead: its process is gone. By the database's clock: a process whose own was
 * ahead would hold its keys for as long as that besides.
 */
const runningForS = 60;

/** What seals an answer and what binds it; older releases took a key for each caller and route. */
export const answerPlace = (scope: string, key: string, version: number) =>
  version === 1 ? { keyScope: scope, boundTo: key } : { keyScope: scopes.platform, boundTo: `${scope} ${key}` };

export function idempotencyStore({ sequelize, keyring }: AppDb): IdempotencyStore {
  return {
    async begin({ scope, key, requestHash }) {
      const { affectedRows } = await write(
        sequelize,
        `INSERT INTO api_idempotency_keys (scope, idempotency_key, request_hash, state, key_version, begun_at)
         VALUES (:scope, :key, :requestHash, 'running', 0, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE scope = scope`,
        { scope, key, requestHash },
      );
      if (affectedRows === 1) return { state: 'new' };
      const [row] = await select<StoredAnswer>(
        sequelize,
        `SELECT request_hash AS requestHash, state, status, body, key_version AS keyVersion FROM api_idempotency_keys
         WHERE scope = :scope AND idempotency_key = :key`,
        { scope, key },
      );
      if (!row) return { state: 'running' };
      if (row.requestHash !== requestHash) return { state: 'mismatch' };
      if (row.state === 'done') {
        const { keyScope, boundTo } = answerPlace(scope, key, row.keyVersion);
        const sealedWith = await keyring.version(keyScope, row.keyVersion);
        const body = JSON.parse(sealedWith.open(boundTo, row.body!).toString()) as unknown;
        return { state: 'done', status: row.status!, body };
      }
      const taken = await write(
        sequelize,
        `UPDATE api_idempotency_keys SET begun_at = UTC_TIMESTAMP(3) WHERE scope = :scope AND idempotency_key = :key
           AND state = 'running' AND begun_at < UTC_TIMESTAMP(3) - INTERVAL ${runningForS} SECOND`,
        { scope, key },
      );
      return { state: taken.affectedRows === 1 ? 'again' : 'running' };
    },

    async finish(scope, key, status, body) {
      const sealing = await keyring.current(scopes.platform);
      const { boundTo } = answerPlace(scope, key, sealing.version);
      const sealed = sealing.seal(boundTo, Buffer.from(JSON.stringify(body ?? null)));
      await write(
        sequelize,
        `UPDATE api_idempotency_keys SET state = 'done', status = :status, body = :sealed, key_version = :version
         WHERE scope = :scope AND idempotency_key = :key`,
        { scope, key, status, sealed, version: sealing.version },
      );
    },

    async abandon(scope, key) {
      await write(
        sequelize,
        `DELETE FROM api_idempotency_keys WHERE scope = :scope AND idempotency_key = :key AND state = 'running'`,
        { scope, key },
      );
    },

    async letGo(scope, key) {
      await write(
        sequelize,
        `UPDATE api_idempotency_keys SET begun_at = UTC_TIMESTAMP(3) - INTERVAL ${runningForS + 1} SECOND
         WHERE scope = :scope AND idempotency_key = :key AND state = 'running'`,
        { scope, key },
      );
    },

    async forget(before, rowsMax) {
      const { affectedRows } = await write(
        sequelize,
        // By api_idempotency_keys_by_age. The limit keeps a statement from holding many rows while callers write theirs.
        'DELETE FROM api_idempotency_keys WHERE begun_at < :before ORDER BY begun_at LIMIT :rowsMax',
        { before: sqlTime(before), rowsMax },
      );
      return affectedRows;
    },
  };
}

interface StoredAnswer {
  requestHash: string;
  state: 'running' | 'done';
  status: number | null;
  body: Buffer | null;
  keyVersion: number;
}
