import type { Transaction } from 'sequelize';
import type { MappingSet } from '../../../domain/mapping.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import { NotFound } from '../../errors.ts';
import { canonicalJson } from '../../hash.ts';
import { newId } from '../../ids.ts';
import { inTransaction } from '../../transaction.ts';
import { appendAudit } from '../audit-chain.ts';
import type { AppDb } from '../context.ts';
import { plain } from '../models/table.ts';
import type { By } from './audit.ts';

export interface MappingRow {
  object: CanonicalObject;
  version: number;
  state: 'draft' | 'published';
  publishedBy: string | null;
  publishedAt: Date | null;
  mapping: MappingSet;
}

export interface MappingStore {
  /** As the next version; one that equals the current version answers that and writes nothing. */
  publish(input: { connectionId: string; mapping: Omit<MappingSet, 'version'> }, audit: By): Promise<MappingSet>;
  current(connectionId: string, object: CanonicalObject): Promise<MappingSet | null>;
  /** Every version, newest first. */
  list(connectionId: string): Promise<MappingRow[]>;
}

export function mappingStore(db: AppDb): MappingStore {
  const { connections, mappings } = db.models;

  const current = async (connectionId: string, object: CanonicalObject, transaction?: Transaction) => {
    const row = await mappings.findOne({
      where: { connectionId, object, state: 'published' },
      order: [['version', 'DESC']],
      transaction: transaction ?? null,
    });
    return row && plain(row).mapping;
  };

  return {
    publish: ({ connectionId, mapping }, audit) =>
      inTransaction(db.sequelize, async (transaction) => {
        // The connection's row is the lock: two who publish at once get two versions.
        const connection = await connections.findByPk(connectionId, { transaction, lock: true });
        if (!connection) throw new NotFound('connection', connectionId);
        const before = await current(connectionId, mapping.object, transaction);
        const version = before?.version ?? 0;
        if (before && canonicalJson(before) === canonicalJson({ ...mapping, version })) return before;
        const published: MappingSet = { ...mapping, version: version + 1 };
        await mappings.create(
          {
            id: newId('mapping'),
            connectionId,
            object: mapping.object,
            version: published.version,
            state: 'published',
            mapping: published,
            publishedBy: audit.actor,
            publishedAt: new Date(),
          },
          { transaction },
        );
        const detail = { object: mapping.object, version: published.version };
        const { companyId } = plain(connection);
        await appendAudit(
          db,
          {
            ...audit,
            companyId,
            action: 'mapping.publish',
            subject: connectionId,
            outcome: 'done',
            detail,
            ...(before && { before: { ...before } }),
            after: { ...published },
          },
          transaction,
        );
        return published;
      }),

    current: (connectionId, object) => current(connectionId, object),

    async list(connectionId) {
      const order: [string, string][] = [
        ['object', 'ASC'],
        ['version', 'DESC'],
      ];
      const rows = await mappings.findAll({ where: { connectionId }, order });
      return rows.map(plain).map(({ object, version, state, publishedBy, publishedAt, mapping }) => ({
        object,
        version,
        state,
        publishedBy,
        publishedAt,
        mapping,
      }));
    },
  };
}
