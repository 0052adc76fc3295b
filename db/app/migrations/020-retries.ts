import { addColumn, addKey, ddl, type Migration } from '../../ddl.ts';

const counts = ['created', 'updated', 'unchanged', 'older', 'applied', 'started', 'failed', 'gone', 'kept']
  .map((name) => `${name} INT UNSIGNED NOT NULL DEFAULT 0`)
  .join(', ');

/** Failed work that is tried again by itself, and replays of many items, tried out beforehand. */
export const retries: Migration = {
  name: '020-retries',
  statements: [
    `ALTER TABLE integration_error_queue
      MODIFY kind ENUM('record','event','delivery','push','page') NOT NULL`,
    ...addColumn(
      'integration_error_queue',
      'mend',
      `ENUM('time','mapping','franchise_key','credentials','permission','configuration','person') NOT NULL DEFAULT 'person' COMMENT 'What makes another attempt worth it'`,
    ),
    ...addColumn('integration_error_queue', 'object', `${ddl.key} NULL COMMENT 'The canonical object, where one is known'`),
    ...addColumn(
      'integration_error_queue',
      'mapping_version',
      `INT UNSIGNED NULL COMMENT 'That did not fit; NULL where no mapping was run'`,
    ),
    ...addColumn(
      'integration_error_queue',
      'reason',
      `CHAR(12) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'Hash of kind, code and what is alike in the sentences: items of one reason failed for the same cause'`,
    ),
    ...addColumn('integration_error_queue', 'replay_id', `${ddl.id} NULL COMMENT 'The last replay that took it'`),
    // What is due on a connection, and the earliest; closed items have no next attempt.
    ...addKey('integration_error_queue', 'integration_error_queue_due', 'connection_id, next_attempt_at'),
    // Pieces of a replay, and what a repeated piece had done before.
    ...addKey('integration_error_queue', 'integration_error_queue_by_replay', 'replay_id, id'),
    // A filter within one connection, in the order of the items.
    ...addKey('integration_error_queue', 'integration_error_queue_by_connection', 'connection_id, id'),

    `CREATE TABLE IF NOT EXISTS integration_replays (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      preview_id ${ddl.id} NULL COMMENT 'Exactly the rows of this preview; NULL: what the filter finds',
      filter TEXT NOT NULL COMMENT 'JSON',
      items INT UNSIGNED NOT NULL COMMENT 'How many there were when it was asked for',
      after_item ${ddl.id} NOT NULL DEFAULT '' COMMENT 'The last item that was done: an attempt goes on from it',
      ${counts},
      outcome ENUM('succeeded','failed') NULL COMMENT 'NULL while it is under way',
      sentence VARCHAR(500) NULL,
      asked_by VARCHAR(64) NOT NULL,
      asked_at ${ddl.time} NOT NULL,
      finished_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY integration_replays_preview (preview_id) COMMENT 'A preview is replayed once',
      KEY integration_replays_by_connection (connection_id, id),
      KEY integration_replays_open (finished_at, id) COMMENT 'Those that nobody carries out any more',
      CONSTRAINT integration_replays_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_replay_previews (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      filter TEXT NOT NULL COMMENT 'JSON',
      items INT UNSIGNED NOT NULL COMMENT 'How many the filter found; of very many only the first are tried out',
      asked_by VARCHAR(64) NOT NULL,
      asked_at ${ddl.time} NOT NULL,
      expires_at ${ddl.time} NOT NULL,
      ready_at ${ddl.time} NULL COMMENT 'NULL until its rows are there',
      PRIMARY KEY (id),
      KEY integration_replay_previews_by_connection (connection_id, expires_at),
      CONSTRAINT integration_replay_previews_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_replay_rows (
      preview_id ${ddl.id} NOT NULL,
      item_id ${ddl.id} NOT NULL,
      raw_event_id BIGINT UNSIGNED NULL COMMENT 'integration_raw_events.id in the traffic database',
      object ${ddl.key} NULL,
      external_id ${ddl.foreign} NULL COMMENT 'The provider''s id of the record',
      mapping_version INT UNSIGNED NULL COMMENT 'By which it was tried out',
      verdict ENUM('created','updated','unchanged','older','unfit','gone','unknown') NOT NULL COMMENT 'unknown: only the replay itself tells',
      hash_before BINARY(32) NULL COMMENT 'content_hash of the stored row; NULL when there is none',
      hash_after BINARY(32) NULL,
      outcome ENUM('changed','kept') NULL COMMENT 'NULL until it is replayed',
      why VARCHAR(200) NULL COMMENT 'Why it was left as it is',
      PRIMARY KEY (preview_id, item_id),
      CONSTRAINT integration_replay_rows_preview FOREIGN KEY (preview_id) REFERENCES integration_replay_previews (id)
    ) ${ddl.options}`,
  ],
};
