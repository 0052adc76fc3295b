import { addColumn, ddl, type Migration } from '../../ddl.ts';

const outcomes = `ENUM('asked','done','refused')`;

/** An audit log whose personal parts can be erased, whose heads are anchored, and the receipts of what was erased. */
export const audit: Migration = {
  name: '012-audit',
  statements: [
    `ALTER TABLE audit_log MODIFY COLUMN outcome ${outcomes} NOT NULL COMMENT 'asked: given to a workflow, whose change has a row of its own'`,
    ...addColumn(
      'audit_log',
      'form',
      `TINYINT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'What the hash covers: 1 everything in clear, 2 the hash of the personal part in its place; 0 was form 1 and lost its facts to an erasure'`,
    ),
    ...addColumn(
      'audit_log',
      'personal_hash',
      `BINARY(32) NULL COMMENT 'SHA-256 over salt and personal part; stays when the part is erased. NULL when there never was one'`,
    ),
    `CREATE TABLE IF NOT EXISTS audit_personal (
      chain ${ddl.id} NOT NULL,
      sequence BIGINT UNSIGNED NOT NULL,
      salt BINARY(32) NOT NULL COMMENT 'Random: without it an erased phone number could be guessed from its hash',
      body MEDIUMTEXT NOT NULL COMMENT 'JSON: address, before and after. The row is deleted by an erasure, and the chain still verifies',
      PRIMARY KEY (chain, sequence)
    ) ${ddl.options}`,
    `CREATE TABLE IF NOT EXISTS audit_anchors (
      chain ${ddl.id} NOT NULL,
      sequence BIGINT UNSIGNED NOT NULL COMMENT 'The chain''s head at that time',
      hash BINARY(32) NOT NULL,
      anchored_at ${ddl.time} NOT NULL,
      seal VARBINARY(128) NOT NULL COMMENT 'The anchor, sealed with a key of the platform: who may only write tables cannot make one',
      key_version INT UNSIGNED NOT NULL,
      PRIMARY KEY (chain, sequence)
    ) ${ddl.options}`,
  ],
};
