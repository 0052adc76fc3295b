import { NotFound } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { jsonText, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { plain } from '../models/table.ts';

/** What a provider's check told of the account. */
export interface AccountFacts {
  account: { externalId: string; name: string; status: string };
  reaches: { kind: string; externalId: string; label: string; address?: string | undefined; capabilities: string[] }[];
}
export interface ReachedAccount {
  id: string;
  kind: string;
  externalId: string;
  label: string;
  address: string | null;
  capabilities: string[];
}

export interface AccountStore {
  /** Writes the account and what it reaches; what it no longer reaches is no longer listed. Repeatable. */
  save(connectionId: string, facts: AccountFacts): Promise<void>;
  reaches(connectionId: string): Promise<ReachedAccount[]>;
  /**
   * Takes the sender's next free place, so that its sends stand `1 / ratePerS` apart: in how many milliseconds this send may go out.
   * By the database's clock: a worker whose own is ahead would make all others wait until then.
   */
  reserveSendSlot(input: { connectionId: string; address: string; ratePerS: number }): Promise<number>;
}

export function accountStore({ sequelize, models }: AppDb): AccountStore {
  const accountOf = async (connectionId: string): Promise<string> => {
    const row = await models.connections.findByPk(connectionId);
    if (!row) throw new NotFound('connection', connectionId);
    return plain(row).accountId;
  };

  return {
    async save(connectionId, { account, reaches }) {
      const accountId = await accountOf(connectionId);
      await inTransaction(sequelize, async (transaction) => {
        const { externalId, name, status: providerStatus } = account;
        const facts = { externalId, name, providerStatus, state: 'authorized' as const, checkedAt: new Date() };
        await models.accounts.update(facts, { where: { id: accountId }, transaction });
        await models.providerAccounts.update({ state: 'gone' }, { where: { accountId }, transaction });
        if (reaches.length === 0) return;
        await write(
          sequelize,
          `INSERT INTO integration_provider_accounts (id, account_id, kind, external_id, label, address, capabilities, state)
           VALUES :rows
           ON DUPLICATE KEY UPDATE label = VALUES(label), address = VALUES(address), capabilities = VALUES(capabilities),
             state = 'reached'`,
          {
            rows: reaches.map((reached) => [
              newId('providerAccount'),
              accountId,
              reached.kind,
              reached.externalId,
              reached.label,
              reached.address ?? null,
              jsonText(reached.capabilities),
              'reached',
            ]),
          },
          transaction,
        );
      });
    },

    async reaches(connectionId) {
      const accountId = await accountOf(connectionId);
      const rows = await models.providerAccounts.findAll({ where: { accountId, state: 'reached' }, order: [['id', 'ASC']] });
      return rows.map(plain).map(({ id, kind, externalId, label, address, capabilities }) => ({
        id,
        kind,
        externalId,
        label,
        address,
        capabilities,
      }));
    },

    async reserveSendSlot({ connectionId, address, ratePerS }) {
      const nowMs = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)';
      // One statement reads and moves the sender's mark: its row lock makes concurrent senders take turns.
      const { insertId } = await write(
        sequelize,
        `INSERT INTO message_send_slots (connection_id, address, next_free_ms) VALUES (:connectionId, :address, ${nowMs} + :gapMs)
         ON DUPLICATE KEY UPDATE
           next_free_ms = LAST_INSERT_ID(GREATEST(CAST(next_free_ms AS SIGNED) - ${nowMs}, 0)) + ${nowMs} + :gapMs`,
        { connectionId, address, gapMs: Math.ceil(1_000 / ratePerS) },
      );
      return insertId;
    },
  };
}
