/** Column types that every table shares, so that keys and foreign keys always match. */
export const ddl = {
  /** A TypeID, compared by its bytes. Not ASCII, though it would do: servers fail when such a column meets other text. */
  id: 'VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  /** An id that somebody else gave: its case matters. */
  foreign: 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  key: 'VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  time: 'DATETIME(3)',
  money: 'DECIMAL(20,8)',
  created: 'DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)',
  updated: 'DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)',
  options: 'ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci',
  failureCode: `ENUM('provider_unavailable','rate_limited','credentials_rejected','permission_missing','configuration_invalid','record_rejected','ambiguous','defect')`,
} as const;

/** A migration is a list of statements. Each may be repeated, because a server cannot roll a table's creation back. */
export interface Migration {
  name: string;
  statements: string[];
}

/** Adds a key unless it is there. */
export const addKey = (table: string, name: string, columns: string): string[] =>
  unlessThere(keyOf(table, name), `ALTER TABLE ${table} ADD KEY ${name} (${columns})`);

/** Takes a key away if it is there: one that a wider one has made superfluous costs every write. */
export const dropKey = (table: string, name: string): string[] =>
  choose(`EXISTS (${keyOf(table, name)})`, `ALTER TABLE ${table} DROP KEY ${name}`);

const keyOf = (table: string, name: string): string =>
  `SELECT 1 FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}' AND INDEX_NAME = '${name}'`;

/** Adds a unique key unless it is there. */
export const addUniqueKey = (table: string, name: string, columns: string): string[] =>
  unlessThere(keyOf(table, name), `ALTER TABLE ${table} ADD UNIQUE KEY ${name} (${columns})`);

/** Adds a column unless it is there. */
export const addColumn = (table: string, name: string, definition: string): string[] =>
  unlessThere(
    `SELECT 1 FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}' AND COLUMN_NAME = '${name}'`,
    `ALTER TABLE ${table} ADD COLUMN ${name} ${definition}`,
  );

const unlessThere = (found: string, statement: string): string[] => choose(`NOT EXISTS (${found})`, statement);

/** Not every server has `IF NOT EXISTS` for keys and columns, so the statement is chosen first. */
function choose(condition: string, statement: string): string[] {
  return [
    `SET @statement = IF(${condition}, '${statement.replaceAll("'", "''")}', 'DO 0')`,
    'PREPARE adding FROM @statement',
    'EXECUTE adding',
    'DEALLOCATE PREPARE adding',
  ];
}
