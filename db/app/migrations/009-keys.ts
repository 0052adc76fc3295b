import { ddl, type Migration } from '../../ddl.ts';

/** Data keys, each wrapped by a master key that is not in the database. */
export const keys: Migration = {
  name: '009-keys',
  statements: [
    `CREATE TABLE IF NOT EXISTS master_keys (
      id ${ddl.foreign} NOT NULL COMMENT 'local: and a fingerprint, or the address of the key in its key service',
      state ENUM('active','previous','retired') NOT NULL COMMENT 'active: wraps new data keys; previous: still wraps some',
      active_mark TINYINT UNSIGNED NULL COMMENT '1 while active, else NULL: the unique key allows one',
      check_value VARBINARY(2048) NOT NULL COMMENT 'A value wrapped by the key: a process that cannot unwrap it was given another key',
      derives_first TINYINT UNSIGNED NOT NULL COMMENT '1 when keys of version 1 are derived from it, as older releases did',
      created_at ${ddl.created},
      retired_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY master_keys_active (active_mark)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS data_keys (
      scope ${ddl.id} NOT NULL COMMENT 'A company''s id, or what of the platform it seals',
      version INT UNSIGNED NOT NULL COMMENT 'From 2; rows of sealed values keep it as key_version',
      state ENUM('current','superseded','retired') NOT NULL COMMENT 'current: seals new values; superseded: still opens old ones',
      current_scope ${ddl.id} NULL COMMENT 'The scope while current, else NULL: the unique key allows one',
      master_key_id ${ddl.foreign} NOT NULL COMMENT 'What wrapped it',
      wrapped VARBINARY(2048) NULL COMMENT 'The key, wrapped and bound to scope and version; NULL when retired',
      rotation VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'The rotation that made it; NULL for a first one',
      created_at ${ddl.created},
      retired_at ${ddl.time} NULL,
      PRIMARY KEY (scope, version),
      UNIQUE KEY data_keys_current (current_scope) COMMENT 'The key that seals, read every few seconds',
      KEY data_keys_by_master (master_key_id, state) COMMENT 'Rotation of the master key',
      KEY data_keys_by_rotation (rotation),
      CONSTRAINT data_keys_master FOREIGN KEY (master_key_id) REFERENCES master_keys (id)
    ) ${ddl.options}`,
  ],
};
