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
