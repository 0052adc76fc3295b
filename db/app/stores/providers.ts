import { write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { plain } from '../models/table.ts';

export interface ProviderRow {
  key: string;
  label: string;
  category: string;
  authKinds: string[];
  enabled: boolean;
}

export interface ProviderStore {
  /** Writes the registry's providers; one that is no longer there is disabled, never deleted. Repeatable. */
  sync(rows: Omit<ProviderRow, 'enabled'>[]): Promise<void>;
  list(): Promise<ProviderRow[]>;
}

export function providerStore({ sequelize, models }: AppDb): ProviderStore {
  return {
    sync: (rows) =>
      inTransaction(sequelize, async (transaction) => {
        await write(sequelize, 'UPDATE integration_providers SET enabled = 0', {}, transaction);
        if (rows.length === 0) return;
        await write(
          sequelize,
          `INSERT INTO integration_providers (provider_key, label, category, auth_kinds, enabled) VALUES :rows
           ON DUPLICATE KEY UPDATE label = VALUES(label), category = VALUES(category), auth_kinds = VALUES(auth_kinds), enabled = 1`,
          { rows: rows.map(({ key, label, category, authKinds }) => [key, label, category, JSON.stringify(authKinds), 1]) },
          transaction,
        );
      }),

    async list() {
      const rows = await models.providers.findAll({ order: [['providerKey', 'ASC']] });
      return rows.map(plain).map(({ providerKey, enabled, label, category, authKinds }) => ({
        key: providerKey,
        label,
        category,
        authKinds,
        enabled: enabled === 1,
      }));
    },
  };
}
