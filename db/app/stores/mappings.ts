import type { MappingDirection, MappingName, MappingSet } from '../../../domain/mapping.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';
import { plain } from '../models/table.ts';
import { currentMapping, lockConnection, publishWithin } from '../publish-mapping.ts';
import type { By } from './audit.ts';

export interface MappingRow {
  object: CanonicalObject;
  direction: MappingDirection;
  version: number;
  state: 'draft' | 'published';
  publishedBy: string | null;
  publishedAt: Date | null;
  mapping: MappingSet;
}

export interface MappingStore {
  /** As the next version; one that equals the current version answers that and writes nothing. */
  publish(input: { connectionId: string; mapping: Omit<MappingSet, 'version'> }, audit: By): Promise<MappingSet>;
  /** What an earlier version says becomes the next version. */
  rollBack(input: { connectionId: string; to: MappingSet }, audit: By): Promise<MappingSet>;
  current(connectionId: string, object: MappingName): Promise<MappingSet | null>;
  find(connectionId: string, object: MappingName, version: number): Promise<MappingSet | null>;
  /** Every version, newest first. */
  list(connectionId: string): Promise<MappingRow[]>;
}

export function mappingStore(db: AppDb): MappingStore {
  const { mappings } = db.models;

  return {
    publish: ({ connectionId, mapping }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const companyId = await lockConnection(db, connectionId, transaction);
        return publishWithin(db, { connectionId, companyId, mapping, action: 'mapping.publish' }, audit, transaction);
      }),

    rollBack: ({ connectionId, to: { version: from, ...mapping } }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        const companyId = await lockConnection(db, connectionId, transaction);
        const publication = { connectionId, companyId, mapping, action: 'mapping.roll_back' as const, detail: { from } };
        return publishWithin(db, publication, audit, transaction);
      }),

    current: (connectionId, object) => currentMapping(db, connectionId, object),

    async find(connectionId, object, version) {
      const row = await mappings.findOne({ where: { connectionId, object, version, state: 'published' } });
      return row && plain(row).mapping;
    },

    async list(connectionId) {
      const order: [string, string][] = [
        ['object', 'ASC'],
        ['version', 'DESC'],
      ];
      const rows = await mappings.findAll({ where: { connectionId }, order });
      return rows.map(plain).map(({ version, state, publishedBy, publishedAt, mapping }) => ({
        object: mapping.object,
        direction: mapping.direction ?? ('in' as const),
        version,
        state,
        publishedBy,
        publishedAt,
        mapping,
      }));
    },
  };
}
