import type { Sequelize } from 'sequelize';
import type { FirstVersionSample, KeyStore, KnownMasterKey, WrappedKey } from '../../../keys/key-store.ts';
import { firstWrappedVersion } from '../../../keys/keyring.ts';
import { select, write } from '../../sql.ts';
import { tokenBinding } from './credentials.ts';

/** Wrapped keys in the app database; they are of no use without the master key. */
export function keyStore(sequelize: Sequelize): KeyStore {
  const one = async (where: string, values: object): Promise<WrappedKey | null> => {
    const [row] = await select<WrappedKey>(
      sequelize,
      `SELECT scope, version, master_key_id AS masterKeyId, wrapped FROM data_keys WHERE ${where} AND wrapped IS NOT NULL`,
      { ...values },
    );
    return row ?? null;
  };
  return {
    current: (scope) => one('current_scope = :scope', { scope }),
    find: (place) => one('scope = :scope AND version = :version', place),

    async masterKeys() {
      const rows = await select<Omit<KnownMasterKey, 'derivesFirst'> & { derivesFirst: number }>(
        sequelize,
        'SELECT id, state, check_value AS `check`, derives_first AS derivesFirst FROM master_keys ORDER BY created_at',
        {},
      );
      return rows.map((row) => ({ ...row, derivesFirst: row.derivesFirst === 1 }));
    },

    async addFirstMasterKey({ id, check, derivesFirst }) {
      await write(
        sequelize,
        `INSERT INTO master_keys (id, state, active_mark, check_value, derives_first)
         VALUES (:id, 'active', 1, :check, :derivesFirst) ON DUPLICATE KEY UPDATE id = id`,
        { id, check, derivesFirst: derivesFirst ? 1 : 0 },
      );
    },

    async firstVersionSample() {
      const [row] = await select<{ id: string; connectionId: string } & Pick<FirstVersionSample, 'scope' | 'sealed'>>(
        sequelize,
        `SELECT id, connection_id AS connectionId, company_id AS scope, ciphertext AS sealed FROM integration_tokens
         WHERE key_version = 1 AND ciphertext IS NOT NULL ORDER BY id DESC LIMIT 1`,
        {},
      );
      return row ? { scope: row.scope, sealed: row.sealed, boundTo: tokenBinding(row) } : null;
    },

    async nextVersion(scope) {
      const [row] = await select<{ last: number | null }>(
        sequelize,
        'SELECT MAX(version) AS `last` FROM data_keys WHERE scope = :scope',
        { scope },
      );
      return Math.max((row?.last ?? 0) + 1, firstWrappedVersion);
    },

    async addFirst(key) {
      await write(
        sequelize,
        `INSERT INTO data_keys (scope, version, state, current_scope, master_key_id, wrapped)
         VALUES (:scope, :version, 'current', :scope, :masterKeyId, :wrapped) ON DUPLICATE KEY UPDATE scope = scope`,
        { ...key },
      );
    },
  };
}
