import { ddl, type Migration } from '../../ddl.ts';

/**
 * What comes in, before it means anything. Partitioned tables take no foreign key, and none can reach the other database: ids of
 * companies and connections stand here as plain values.
 */
export const events: Migration = {
  name: '001-events',
  statements: [
    `CREATE TABLE IF NOT EXISTS integration_raw_events (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT COMMENT 'Order of arrival',
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      provider_key ${ddl.key} NOT NULL,
      source ENUM('webhook','poll') NOT NULL,
      event_key ${ddl.foreign} NOT NULL COMMENT 'The event''s identity at the provider, cut where it is too long',
      dedupe_hash BINARY(32) NOT NULL COMMENT 'SHA-256 of the whole key: the duplicate guard, which outlives the payload',
      event_type VARCHAR(100) NOT NULL,
      occurred_at ${ddl.time} NULL COMMENT 'By the provider''s clock, where it says so',
      received_at ${ddl.time} NOT NULL,
      received_on DATE NOT NULL COMMENT 'UTC day of received_at: the payload''s partition',
      state ENUM('stored','applied','ignored','failed') NOT NULL DEFAULT 'stored' COMMENT 'ignored: it meant nothing to us',
      duplicates INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'How often the same event came again',
      code ${ddl.failureCode} NULL,
      sentence VARCHAR(500) NULL COMMENT 'Why it failed, for a person',
      settled_at ${ddl.time} NULL COMMENT 'When it was applied, ignored or failed',
      PRIMARY KEY (id),
      UNIQUE KEY integration_raw_events_identity (connection_id, dedupe_hash) COMMENT 'Ingest: one row for each event',
      KEY integration_raw_events_waiting (connection_id, state, id) COMMENT 'The drain: what waits, in order of arrival',
      KEY integration_raw_events_by_connection (connection_id, id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_raw_payloads (
      received_on DATE NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      dedupe_hash BINARY(32) NOT NULL COMMENT 'The event''s; with the day and the connection it is the key, so that a batch needs no generated id',
      body MEDIUMBLOB NOT NULL COMMENT 'JSON of what came, plain or sealed',
      key_version INT UNSIGNED NULL COMMENT 'Master key version that sealed the body; NULL when it is plain',
      PRIMARY KEY (received_on, connection_id, dedupe_hash)
    ) ${ddl.options}
    PARTITION BY RANGE COLUMNS (received_on) (PARTITION later VALUES LESS THAN (MAXVALUE))`,

    `CREATE TABLE IF NOT EXISTS integration_normalized_events (
      raw_event_id BIGINT UNSIGNED NOT NULL,
      position SMALLINT UNSIGNED NOT NULL COMMENT 'One event may mean several things, from 0',
      connection_id ${ddl.id} NOT NULL,
      kind VARCHAR(64) NOT NULL,
      external_id ${ddl.foreign} NOT NULL COMMENT 'The provider''s id of the record it speaks of',
      occurred_at ${ddl.time} NOT NULL,
      body MEDIUMBLOB NOT NULL COMMENT 'JSON in our words, plain or sealed',
      key_version INT UNSIGNED NULL COMMENT 'Master key version that sealed the body; NULL when it is plain',
      PRIMARY KEY (raw_event_id, position),
      KEY integration_normalized_events_by_record (connection_id, external_id),
      CONSTRAINT integration_normalized_events_raw FOREIGN KEY (raw_event_id) REFERENCES integration_raw_events (id) ON DELETE CASCADE
    ) ${ddl.options}`,
  ],
};
