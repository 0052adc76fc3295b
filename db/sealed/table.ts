/** A table with sealed values, described so that a rotation can seal each of them again. */

/** A column of the primary key, and how its value stands in a cursor. */
export interface KeyColumn {
  name: string;
  kind: 'text' | 'number' | 'day' | 'bytes';
}

export interface SealedTable {
  name: string;
  /** The primary key, in order; bytes are hex and days are `YYYY-MM-DD` in what is handed to `placeOf`. */
  key: KeyColumn[];
  /** The column of the ciphertext; `key_version` stands beside it. */
  sealed: string;
  /** Further columns that the place is made of: SQL by name. `t` is the table. */
  further?: Record<string, string>;
  /** Where they come from, if not from the table alone. */
  join?: string;
  /** Whose key seals the value, and what it is bound to, under this version of the key. */
  placeOf(row: Record<string, string>, version: number): { scope: string; boundTo: string };
}

const asText: Record<KeyColumn['kind'], (column: string) => string> = {
  text: (column) => column,
  number: (column) => `CAST(${column} AS CHAR)`,
  day: (column) => `DATE_FORMAT(${column}, '%Y-%m-%d')`,
  bytes: (column) => `LOWER(HEX(${column}))`,
};

export const textOf = ({ name, kind }: KeyColumn): string => `${asText[kind](`t.${name}`)} AS ${name}`;

/** A value of the cursor as the column has it; `value` is the name of a replacement. */
export const valueOf = ({ kind }: KeyColumn, value: string): string => (kind === 'bytes' ? `UNHEX(:${value})` : `:${value}`);

/** Rows behind a cursor, written so that the primary key is walked as a range: servers do not do so for `(a, b) > (x, y)`. */
export function behind(key: KeyColumn[]): string {
  const parts = key.map((column, index) =>
    [
      ...key.slice(0, index).map((before, place) => `t.${before.name} = ${valueOf(before, `after${place}`)}`),
      `t.${column.name} > ${valueOf(column, `after${index}`)}`,
    ].join(' AND '),
  );
  return `(${parts.map((part) => `(${part})`).join(' OR ')})`;
}
