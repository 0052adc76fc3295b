import { updateFields, type KnownField, type SourceType } from '../../../domain/source-fields.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import { select, sqlTime, write } from '../../sql.ts';
import { inTransaction } from '../../transaction.ts';
import type { AppDb } from '../context.ts';

export interface SourceField extends KnownField {
  object: CanonicalObject;
  firstSeenAt: Date;
  /** The start of the last run in which it was looked for and found; of an unmapped field within the hour. */
  lastSeenAt: Date;
}
interface FieldsRef {
  connectionId: string;
  object: CanonicalObject;
}

export interface SourceFieldStore {
  /**
   * What a run saw: the types of a sample of `sampled` records, and mapped paths that were there in any of its records. `at` is the
   * run's own start, so that no two clocks are compared. Repeatable.
   */
  observe(
    input: FieldsRef & { types: ReadonlyMap<string, SourceType>; sampled: number; seen: readonly string[]; at: Date },
  ): Promise<void>;
  /** Of these paths, those that were known and were not there since `since`. Repeatable. */
  markVanished(input: FieldsRef & { paths: readonly string[]; since: Date }): Promise<void>;
  /** By object and path. */
  list(connectionId: string): Promise<SourceField[]>;
  /** Those that are vanished or changed. */
  lost(connectionId: string): Promise<SourceField[]>;
}

/** How old the last sight of an unmapped field may be. */
const sightMs = 3_600_000;

export function sourceFieldStore({ sequelize }: AppDb): SourceFieldStore {
  const read = (connectionId: string, which: string, values: object = {}, lock = '') =>
    select<SourceField>(
      sequelize,
      `SELECT object, path, type, state, type_before AS typeBefore, first_seen_at AS firstSeenAt, last_seen_at AS lastSeenAt
       FROM integration_source_fields WHERE connection_id = :connectionId ${which} ORDER BY object, path ${lock}`,
      { connectionId, ...values },
    );

  return {
    async observe({ connectionId, object, types, sampled, seen, at }) {
      const known = new Map((await read(connectionId, 'AND object = :object', { object })).map((field) => [field.path, field]));
      const changed = updateFields(known, withSeen(types, seen), sampled);
      const done = new Set(changed.map(({ path }) => path));
      const mapped = new Set(seen);
      const sighted = [...types.keys(), ...seen].flatMap((path) => {
        const field = known.get(path);
        if (!field || done.has(path)) return [];
        return mapped.has(path) || at.getTime() - field.lastSeenAt.getTime() > sightMs ? field : [];
      });
      const rows = [...changed, ...sighted].map(({ path, type, state, typeBefore }) => {
        return [connectionId, object, path, type, state, typeBefore, sqlTime(at), sqlTime(at)];
      });
      if (rows.length === 0) return;
      await inTransaction(sequelize, (transaction) =>
        write(
          sequelize,
          `INSERT INTO integration_source_fields (connection_id, object, path, type, state, type_before, first_seen_at, last_seen_at)
           VALUES :rows
           ON DUPLICATE KEY UPDATE type = VALUES(type), state = VALUES(state), type_before = VALUES(type_before),
             last_seen_at = GREATEST(VALUES(last_seen_at), integration_source_fields.last_seen_at)`,
          { rows },
          transaction,
        ),
      );
    },

    async markVanished({ connectionId, object, paths, since }) {
      if (paths.length === 0) return;
      await write(
        sequelize,
        `UPDATE integration_source_fields SET state = 'vanished', type_before = NULL
         WHERE connection_id = :connectionId AND object = :object AND path IN (:paths) AND last_seen_at < :since`,
        { connectionId, object, paths, since: sqlTime(since) },
      );
    },

    list: (connectionId) => read(connectionId, ''),
    lost: (connectionId) => read(connectionId, `AND state <> 'present'`),
  };
}

/** A mapped path may lie deeper than the sample looks, or in a later record: that it is there is known, its type is not. */
function withSeen(types: ReadonlyMap<string, SourceType>, seen: readonly string[]): Map<string, SourceType> {
  return new Map([...seen.map((path) => [path, 'empty'] as const), ...types]);
}
