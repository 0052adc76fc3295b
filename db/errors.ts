import { isNativeError } from 'node:util/types';

/** Nothing is known by this id. The API answers 404. */
export class NotFound extends Error {
  override name = 'NotFound';
  constructor(what: string, id: string) {
    super(`There is no ${what} with the id ${id}.`);
  }
}

/** The row is not in a state that allows the change. The API answers 409 with the sentence. */
export class Conflict extends Error {
  override name = 'Conflict';
}

/** A cursor that no page of this list gave out. The API answers 400. */
export class BadCursor extends Error {
  override name = 'BadCursor';
  constructor() {
    super('This cursor was not given out by this list: begin without one.');
  }
}

/**
 * A statement failed. The driver's own errors carry the statement with its values, phone numbers and message bodies among them,
 * and end in logs; this one carries the server's code and its sentence with every quoted value cut.
 */
export class DatabaseError extends Error {
  override name = 'DatabaseError';
  /** For example `ER_DUP_ENTRY` or `ECONNREFUSED`. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const tlsSentences: Record<string, string> = {
  HANDSHAKE_SSL_ERROR:
    'The database server’s certificate is not accepted, so nothing was sent: look at DATABASE_TLS_CA and at the host in the URL.',
  HANDSHAKE_NO_SSL_SUPPORT: 'The database server speaks no TLS, so nothing was sent: set it up there, or set DATABASE_TLS=false.',
};

export function asDatabaseError(error: unknown): unknown {
  if (!isNativeError(error) || error instanceof DatabaseError) return error;
  if (!error.name.startsWith('Sequelize') && !('code' in error)) return error;
  const driver = ((error as { parent?: unknown }).parent ?? error) as { code?: string; sqlMessage?: string; message: string };
  const message = (driver.sqlMessage ?? driver.message)
    .replace(/entry '[\s\S]*'(?= for key)/, 'entry (cut)')
    .replace(/(value:?) '[\s\S]*'(?= for)/, '$1 (cut)')
    .replace(/near '[\s\S]*'(?= at line)/, 'near (cut)');
  const code = driver.code ?? error.name;
  const tls = tlsSentences[code];
  if (tls) return new DatabaseError(code, `${tls} (${message})`);
  const answered = driver.sqlMessage !== undefined;
  return new DatabaseError(code, `${answered ? 'The database answered' : 'The database cannot be reached'}: ${message}`);
}

export function isDuplicate(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === 'ER_DUP_ENTRY';
}
