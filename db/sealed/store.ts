import type { Sequelize, Transaction } from 'sequelize';
import type { DataKey } from '../../keys/data-key.ts';
import { firstWrappedVersion, type Keyring } from '../../keys/keyring.ts';
import { KeyGone } from '../../keys/master-key.ts';
import { SealBroken } from '../../keys/seal.ts';
import { select, write } from '../sql.ts';
import { inTransaction } from '../transaction.ts';
import { behind, textOf, valueOf, type SealedTable } from './table.ts';

/** How far a walk over all sealed values has come. */
export interface SealedCursor {
  table: string;
  after: string[] | null;
}

export interface SealedPage {
  /** Values that were looked at. */
  seen: number;
  /** Of those, values that were not under the current key of their scope. */
  old: number;
  /** Of those, values that were sealed again. */
  resealed: number;
  /** Of those, values that do not open with the key that their row names. */
  broken: number;
  /** `null` behind the last value. */
  next: SealedCursor | null;
}

/** Walks all sealed values of one database, page by page in the order of their keys. A row that goes meanwhile is no matter. */
export interface SealedStore {
  /** Seals a page's old values again. A value that changes meanwhile stays as its writer left it. */
  resealPage(cursor: SealedCursor | null, limit: number): Promise<SealedPage>;
  /** Only looks. */
  countPage(cursor: SealedCursor | null, limit: number): Promise<SealedPage>;
}

type Row = Record<string, string>;
type OldRow = { row: Row; version: number; target: DataKey };

/** Values sealed again in one transaction: their rows are locked for so long. */
const chunkSize = 50;

export function sealedStore(
  { sequelize, keyring }: { sequelize: Sequelize; keyring: Keyring },
  tables: SealedTable[],
): SealedStore {
  async function page(cursor: SealedCursor | null, limit: number, reseal: boolean): Promise<SealedPage> {
    const index = cursor ? tables.findIndex(({ name }) => name === cursor.table) : 0;
    const table = tables[index]!;
    const rows = await readKeys(table, cursor?.after ?? null, limit);
    const old: OldRow[] = [];
    for (const { key_version: version, ...row } of rows) {
      const target = await keyring.current(table.placeOf(row, firstWrappedVersion).scope);
      if (Number(version) !== target.version) old.push({ row, version: Number(version), target });
    }
    const done = { resealed: 0, broken: 0 };
    for (let from = 0; reseal && from < old.length; from += chunkSize) {
      const chunk = await resealChunk(table, old.slice(from, from + chunkSize));
      done.resealed += chunk.resealed;
      done.broken += chunk.broken;
    }
    const last = rows.at(-1);
    const following = tables[index + 1];
    const next =
      rows.length === limit && last
        ? { table: table.name, after: table.key.map(({ name }) => last[name]!) }
        : following
          ? { table: following.name, after: null }
          : null;
    return { seen: rows.length, old: old.length, ...done, next };
  }

  /** Everything but the values: most of them may be in order, and bodies are large. */
  function readKeys(table: SealedTable, after: string[] | null, limit: number): Promise<(Row & { key_version: string })[]> {
    const further = Object.entries(table.further ?? {}).map(([name, sql]) => `${sql} AS ${name}`);
    return select(
      sequelize,
      `SELECT ${[...table.key.map(textOf), ...further].join(', ')}, t.key_version FROM ${table.name} t ${table.join ?? ''}
       WHERE t.${table.sealed} IS NOT NULL AND t.key_version IS NOT NULL ${after ? `AND ${behind(table.key)}` : ''}
       ORDER BY ${table.key.map(({ name }) => `t.${name}`).join(', ')} LIMIT :limit`,
      { limit, ...Object.fromEntries((after ?? []).map((value, place) => [`after${place}`, value])) },
    );
  }

  async function resealChunk(table: SealedTable, chunk: OldRow[]): Promise<{ resealed: number; broken: number }> {
    // Before the rows are locked: fetching a key may ask a key service.
    const keys = new Map<OldRow, DataKey | null>();
    for (const each of chunk) keys.set(each, await oldKey(table, each));
    return inTransaction(sequelize, async (transaction) => {
      const counts = { resealed: 0, broken: 0 };
      for (const each of chunk) {
        const key = keys.get(each);
        const outcome = key ? await resealOne(table, each, key, transaction) : 'broken';
        if (outcome !== 'changed') counts[outcome] += 1;
      }
      return counts;
    });
  }

  async function oldKey(table: SealedTable, { row, version }: OldRow): Promise<DataKey | null> {
    try {
      return await keyring.version(table.placeOf(row, version).scope, version);
    } catch (error) {
      if (error instanceof KeyGone) return null;
      throw error;
    }
  }

  /** The row is locked between reading and writing: a value that a writer replaces meanwhile is never overwritten. */
  async function resealOne(
    { name, key: columns, sealed, placeOf }: SealedTable,
    { row, version, target }: OldRow,
    key: DataKey,
    transaction: Transaction,
  ): Promise<'resealed' | 'broken' | 'changed'> {
    const where = `${columns.map((column) => `${column.name} = ${valueOf(column, column.name)}`).join(' AND ')} AND key_version = :version`;
    const [found] = await select<{ value: Buffer | null }>(
      sequelize,
      `SELECT ${sealed} AS value FROM ${name} WHERE ${where} FOR UPDATE`,
      { ...row, version },
      transaction,
    );
    if (!found?.value) return 'changed';
    let plain: Buffer;
    try {
      plain = key.open(placeOf(row, version).boundTo, found.value);
    } catch (error) {
      if (error instanceof SealBroken) return 'broken';
      throw error;
    }
    await write(
      sequelize,
      `UPDATE ${name} SET ${sealed} = :value, key_version = :target WHERE ${where}`,
      { ...row, version, value: target.seal(placeOf(row, target.version).boundTo, plain), target: target.version },
      transaction,
    );
    plain.fill(0);
    return 'resealed';
  }

  return {
    resealPage: (cursor, limit) => page(cursor, limit, true),
    countPage: (cursor, limit) => page(cursor, limit, false),
  };
}
