import { sha256 } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { select, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';

/** One consent that a person was sent to give. What proves it (ticket, state) is kept as a hash; the verifier is not kept at all. */
export interface Consent {
  id: string;
  connectionId: string;
  companyId: string;
  /** Who asked for it. */
  actor: string;
  keyId: string | null;
  purpose: 'access' | 'reauthorize';
  /** S256 of the PKCE verifier that the browser's cookie holds; `null` until it was opened. */
  challenge: string | null;
  expiresAt: Date;
}

export interface ConsentStore {
  ask(input: Pick<Consent, 'connectionId' | 'companyId' | 'keyId' | 'purpose'> & { ticket: string }, audit: By): Promise<Consent>;
  /** One that nobody has opened yet, and that has not expired. */
  findAsked(ticket: string): Promise<Consent | null>;
  /** Gives it to the one browser that opens it. False when another did, or when it has expired. */
  open(ticket: string, input: { state: string; challenge: string }): Promise<boolean>;
  /** Takes the one answer of the provider. Whatever is not `good` was answered before, has expired, or was never asked for. */
  use(state: string): Promise<{ verdict: 'good' | 'used' | 'expired'; consent: Consent } | { verdict: 'unknown' }>;
}

const lifetimeS = 600;
/** Old ones tell a late answer why it is refused; after a day nobody comes any more. */
const sweepAfterS = 86_400;

type Row = Omit<Consent, 'expiresAt'> & { expiresAt: string | Date; isUsed: number };
const columns = `id, connection_id AS connectionId, company_id AS companyId, actor, key_id AS keyId, purpose, challenge,
  expires_at AS expiresAt, state = 'used' AS isUsed`;
const live = 'expires_at > UTC_TIMESTAMP(3)';

export function consentStore(db: AppDb): ConsentStore {
  const { sequelize } = db;
  const find = async (where: string, values: Record<string, unknown>): Promise<Row | undefined> =>
    (await select<Row>(sequelize, `SELECT ${columns} FROM oauth_consents WHERE ${where}`, values))[0];

  return {
    async ask({ ticket, ...input }, audit) {
      const id = newId('consent');
      await inTransaction(sequelize, async (transaction) => {
        await write(
          sequelize,
          `DELETE FROM oauth_consents WHERE expires_at < UTC_TIMESTAMP(3) - INTERVAL ${sweepAfterS} SECOND LIMIT 100`,
          {},
          transaction,
        );
        await write(
          sequelize,
          `INSERT INTO oauth_consents (id, connection_id, company_id, actor, key_id, purpose, state, ticket_hash, expires_at)
           VALUES (:id, :connectionId, :companyId, :actor, :keyId, :purpose, 'asked', :ticketHash,
             UTC_TIMESTAMP(3) + INTERVAL ${lifetimeS} SECOND)`,
          { ...input, id, actor: audit.actor, ticketHash: sha256(ticket) },
          transaction,
        );
        const { companyId, connectionId, purpose } = input;
        const entry = { companyId, action: 'consent.ask' as const, subject: connectionId, outcome: 'done' as const };
        await appendAudit(db, { ...audit, ...entry, detail: { consent: id, purpose } }, transaction);
      });
      return outgoing((await find('id = :id', { id }))!);
    },

    async findAsked(ticket) {
      const row = await find(`ticket_hash = :hash AND state = 'asked' AND ${live}`, { hash: sha256(ticket) });
      return row ? outgoing(row) : null;
    },

    async open(ticket, { state, challenge }) {
      const { affectedRows } = await write(
        sequelize,
        `UPDATE oauth_consents SET state = 'opened', state_hash = :stateHash, challenge = :challenge
         WHERE ticket_hash = :ticketHash AND state = 'asked' AND ${live}`,
        { ticketHash: sha256(ticket), stateHash: sha256(state), challenge },
      );
      return affectedRows === 1;
    },

    async use(state) {
      const hash = sha256(state);
      const { affectedRows } = await write(
        sequelize,
        `UPDATE oauth_consents SET state = 'used' WHERE state_hash = :hash AND state = 'opened' AND ${live}`,
        { hash },
      );
      const row = await find('state_hash = :hash', { hash });
      if (!row) return { verdict: 'unknown' };
      return { verdict: affectedRows === 1 ? 'good' : row.isUsed === 1 ? 'used' : 'expired', consent: outgoing(row) };
    },
  };
}

function outgoing(row: Row): Consent {
  const { isUsed: _, expiresAt, ...consent } = row;
  return { ...consent, expiresAt: new Date(expiresAt) };
}
