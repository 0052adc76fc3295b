import { Op } from 'sequelize';
import { Conflict, NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import type { TokenRow } from '../models/connections.ts';
import { plain } from '../models/table.ts';
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
  activate(tokenId: string, audit?: By): Promise<void>;
  active(connectionId: string): Promise<Credentials | null>;
  /** The newest staged. */
  staged(connectionId: string): Promise<Credentials | null>;
  read(tokenId: string): Promise<Credentials | null>;
  discard(tokenId: string, audit?: By): Promise<void>;
  /** Leaves no ciphertext of the connection. */
  forget(connectionId: string, audit: By): Promise<void>;
}

/** What binds a sealed set of credentials to its row. */
export const tokenBinding = ({ id, connectionId }: Pick<TokenRow, 'id' | 'connectionId'>) => `${id}:${connectionId}`;
const byEngine: By = { actor: 'engine' };

export function credentialStore(db: AppDb): CredentialStore {
  const { sequelize, keyring } = db;
  const { tokens } = db.models;

  const newest = async (connectionId: string, state: TokenRow['state']): Promise<Credentials | null> => {
    const row = await tokens.findOne({ where: { connectionId, state }, order: [['id', 'DESC']] });
    return row && opened(plain(row));
  };
  const opened = async (row: TokenRow): Promise<Credentials | null> => {
    if (!row.ciphertext) return null;
    const key = await keyring.version(row.companyId, row.keyVersion);
    const values = JSON.parse(key.open(tokenBinding(row), row.ciphertext).toString()) as Record<string, string>;
    return { tokenId: row.id, kind: row.kind, values };
  };

  return {
    async stage({ connectionId, companyId, kind, values }, audit) {
      const id = newId('token');
      const key = await keyring.current(companyId);
      const ciphertext = key.seal(tokenBinding({ id, connectionId }), Buffer.from(JSON.stringify(values)));
      const row = { id, connectionId, companyId, kind, state: 'staged' as const, ciphertext, keyVersion: key.version };
      return inTransaction(sequelize, async (transaction) => {
        await tokens.create(row, { transaction });
        const detail = { connectionId, kind };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'credentials.stage', subject: id, outcome: 'done', detail },
          transaction,
        );
        return { tokenId: id };
      });
    },

    activate: (tokenId, audit = byEngine) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await tokens.findByPk(tokenId, { transaction, lock: true });
        if (!row) throw new NotFound('set of credentials', tokenId);
        const { state, connectionId, companyId, kind } = plain(row);
        if (state === 'active' || state === 'superseded') return;
        if (state !== 'staged') throw new Conflict('These credentials were withdrawn: enter them again.');
        const superseded = { state: 'superseded' as const, ciphertext: null };
        await tokens.update(superseded, { where: { connectionId, state: 'active' }, transaction });
        // What was staged before and never used is given up with them; what was staged later still waits for its own turn.
        const discarded = { state: 'discarded' as const, ciphertext: null };
        await tokens.update(discarded, { where: { connectionId, state: 'staged', id: { [Op.lt]: tokenId } }, transaction });
        await row.update({ state: 'active' }, { transaction });
        const detail = { connectionId, kind };
        await appendAudit(
          db,
          { ...audit, companyId, action: 'credentials.activate', subject: tokenId, outcome: 'done', detail },
          transaction,
        );
      }),

    active: (connectionId) => newest(connectionId, 'active'),
    staged: (connectionId) => newest(connectionId, 'staged'),

    async read(tokenId) {
      const row = await tokens.findByPk(tokenId);
      return row && opened(plain(row));
    },

    discard: (tokenId, audit = byEngine) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await tokens.findOne({ where: { id: tokenId, state: 'staged' }, transaction, lock: true });
        if (!row) return;
        await row.update({ state: 'discarded', ciphertext: null }, { transaction });
        const { companyId, connectionId } = plain(row);
        await appendAudit(
          db,
          { ...audit, companyId, action: 'credentials.discard', subject: tokenId, outcome: 'done', detail: { connectionId } },
          transaction,
        );
      }),

    forget: (connectionId, audit) =>
      inTransaction(sequelize, async (transaction) => {
        const row = await tokens.findOne({ where: { connectionId, ciphertext: { [Op.ne]: null } }, transaction, lock: true });
        if (!row) return;
        await tokens.update({ state: 'forgotten', ciphertext: null }, { where: { connectionId }, transaction });
        const { companyId } = plain(row);
        await appendAudit(
          db,
          { ...audit, companyId, action: 'credentials.forget', subject: connectionId, outcome: 'done' },
          transaction,
        );
      }),
  };
}
