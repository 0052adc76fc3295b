import { ddl, type Migration } from '../../ddl.ts';

/** Who owns records at the provider, by name; and what people want written there. */
export const pushes: Migration = {
  name: '019-pushes',
  statements: [
    `CREATE TABLE IF NOT EXISTS record_owners (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      connection_id ${ddl.id} NOT NULL,
      external_id VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'The provider''s id of a person who owns records',
      name VARCHAR(255) NULL COMMENT 'As the provider has it, never an address; NULL where it has none',
      gone_at ${ddl.time} NULL COMMENT 'Since when the provider no longer has the person at work; the last name stays',
      PRIMARY KEY (id),
      UNIQUE KEY record_owners_external (connection_id, external_id),
      CONSTRAINT record_owners_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS record_pushes (
      id ${ddl.id} NOT NULL,
      place BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'The order in which they were asked for, which each record keeps',
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      object ${ddl.key} NOT NULL,
      external_id ${ddl.foreign} NOT NULL COMMENT 'The provider''s id of the record',
      wanted JSON NOT NULL COMMENT 'What shall stand there, by canonical field',
      seen JSON NOT NULL COMMENT 'What stood there as far as the person who asked could see, by canonical field',
      seen_version ${ddl.time} NOT NULL COMMENT 'source_updated_at of what they saw',
      overwrites BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'A person wants it written over what others changed since',
      state ENUM('waiting','sending','done','failed','conflict','cancelled') NOT NULL DEFAULT 'waiting',
      attempts INT UNSIGNED NOT NULL DEFAULT 0,
      next_attempt_at ${ddl.time} NULL COMMENT 'NULL: as soon as its turn comes',
      mapping_version INT UNSIGNED NULL COMMENT 'The mapping that made its request; NULL: the provider''s own',
      code ${ddl.failureCode} NULL COMMENT 'Why it is not there yet',
      sentence VARCHAR(500) NULL,
      asked_by VARCHAR(64) NOT NULL,
      asked_at ${ddl.time} NOT NULL,
      finished_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY record_pushes_place (place),
      -- What is open on a connection, in order.
      KEY record_pushes_open (connection_id, state, place),
      KEY record_pushes_of_record (connection_id, object, external_id, place),
      CONSTRAINT record_pushes_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,
  ],
};
