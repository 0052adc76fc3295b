import { ddl, type Migration } from '../../ddl.ts';

/** Drafts of mappings, what fields a provider's records have, and mappings run again over what is stored. */
export const mappingWork: Migration = {
  name: '016-mapping-work',
  statements: [
    `CREATE TABLE IF NOT EXISTS integration_mapping_drafts (
      connection_id ${ddl.id} NOT NULL,
      object ${ddl.key} NOT NULL COMMENT 'The canonical object that it makes',
      revision INT UNSIGNED NOT NULL COMMENT 'Goes up with each change, also when the draft goes: whoever edits names the one they saw',
      mapping JSON NULL COMMENT 'NULL: there is no draft now',
      saved_by VARCHAR(64) NOT NULL,
      saved_at ${ddl.time} NOT NULL,
      PRIMARY KEY (connection_id, object),
      CONSTRAINT integration_mapping_drafts_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_source_fields (
      connection_id ${ddl.id} NOT NULL,
      object ${ddl.key} NOT NULL,
      path VARCHAR(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'Dotted, in the provider''s raw record',
      type ENUM('text','number','boolean','list','object','empty','mixed') NOT NULL COMMENT 'empty: no value was seen yet',
      state ENUM('present','vanished','changed') NOT NULL DEFAULT 'present',
      type_before ENUM('text','number','boolean','list','object','empty','mixed') NULL COMMENT 'Of one that is changed',
      first_seen_at ${ddl.time} NOT NULL,
      last_seen_at ${ddl.time} NOT NULL,
      PRIMARY KEY (connection_id, object, path),
      CONSTRAINT integration_source_fields_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_remaps (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      object ${ddl.key} NOT NULL,
      open_object ${ddl.key} NULL COMMENT 'The object while it is under way: one at a time',
      from_version INT UNSIGNED NOT NULL COMMENT 'Records of this mapping version and later ones are made anew',
      to_version INT UNSIGNED NOT NULL,
      after_event BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'The last stored event that was looked at: an attempt goes on from it',
      replayed INT UNSIGNED NOT NULL DEFAULT 0,
      created INT UNSIGNED NOT NULL DEFAULT 0,
      updated INT UNSIGNED NOT NULL DEFAULT 0,
      unchanged INT UNSIGNED NOT NULL DEFAULT 0,
      ignored INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Older than what is stored',
      failed INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Did not fit the new version either',
      gone INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'The payload is past its retention',
      outcome ENUM('succeeded','failed') NULL COMMENT 'NULL while it is under way',
      sentence VARCHAR(500) NULL,
      asked_by VARCHAR(64) NOT NULL,
      asked_at ${ddl.time} NOT NULL,
      finished_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY integration_remaps_open (connection_id, open_object),
      CONSTRAINT integration_remaps_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,
  ],
};
