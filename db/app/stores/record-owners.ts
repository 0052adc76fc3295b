import type { ProviderOwner } from '../../../domain/records.ts';
import { select, sqlTime, write, writeRows } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';

export interface RecordOwner {
  externalId: string;
  name: string | null;
  /** Since when the provider no longer has them at work. */
  goneAt: Date | null;
}

export interface RecordOwnerStore {
  /** By their ids at the provider. */
  list(connectionId: string): Promise<RecordOwner[]>;
  /** Brings what the provider says up to date. Who is gone, or no longer told of, keeps the last name. Repeatable. */
  refresh(connectionId: string, owners: ProviderOwner[], at: Date): Promise<void>;
}

/** Bytes of an owner's id that the column holds, and characters of a name. */
const idBytesMax = 100;
const nameMax = 255;

export function recordOwnerStore({ sequelize }: AppDb): RecordOwnerStore {
  const list: RecordOwnerStore['list'] = (connectionId) =>
    select<RecordOwner>(
      sequelize,
      `SELECT external_id AS externalId, name, gone_at AS goneAt FROM record_owners WHERE connection_id = :connectionId
       ORDER BY external_id`,
      { connectionId },
    );

  return {
    list,

    async refresh(connectionId, owners, at) {
      const known = new Map((await list(connectionId)).map((owner) => [owner.externalId, owner]));
      const told = new Map(
        owners.filter(({ externalId }) => externalId.length <= idBytesMax).map((one) => [one.externalId, one]),
      );
      const changed = [...told.values()].flatMap((owner) => {
        const before = known.get(owner.externalId);
        const name = owner.name === null ? (before?.name ?? null) : [...owner.name].slice(0, nameMax).join('');
        const goneAt = owner.isActive ? null : (before?.goneAt ?? at);
        const isSame = before && before.name === name && (before.goneAt === null) === (goneAt === null);
        return isSame ? [] : [[connectionId, owner.externalId, name, goneAt && sqlTime(goneAt)]];
      });
      const vanished = [...known.values()].filter(({ externalId, goneAt }) => goneAt === null && !told.has(externalId));
      if (changed.length === 0 && vanished.length === 0) return;
      await inTransaction(sequelize, async (transaction) => {
        if (changed.length > 0)
          await writeRows(
            `INSERT INTO record_owners (connection_id, external_id, name, gone_at) VALUES ?
             ON DUPLICATE KEY UPDATE name = VALUES(name), gone_at = VALUES(gone_at)`,
            changed,
            transaction,
          );
        if (vanished.length > 0)
          await write(
            sequelize,
            'UPDATE record_owners SET gone_at = :at WHERE connection_id = :connectionId AND external_id IN (:ids) AND gone_at IS NULL',
            { connectionId, ids: vanished.map(({ externalId }) => externalId), at: sqlTime(at) },
            transaction,
          );
      });
    },
  };
}
