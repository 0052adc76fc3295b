import type { Sequelize, Transaction } from 'sequelize';
import { DatabaseError } from './errors.ts';

const attemptsMax = 8;

/**
 * Runs `work` in a transaction. When the server ends it because of others' locks (deadlock, lock wait), it is run again from its
 * start, a few times: `work` must touch nothing but this transaction.
 */
export function inTransaction<T>(sequelize: Sequelize, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  return againWhenLocked(() => sequelize.transaction(work));
}

/** The same for work that brings its own transaction. */
export async function againWhenLocked<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === attemptsMax || !isLockFailure(error)) throw error;
      const pauseMs = Math.random() * 20 * 2 ** attempt;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

function isLockFailure(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === 'ER_LOCK_DEADLOCK' || error.code === 'ER_LOCK_WAIT_TIMEOUT');
}
