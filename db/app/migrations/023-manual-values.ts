import { addColumn, addKey, ddl, type Migration } from '../../ddl.ts';

/** Values by hand that end and are compared when the source is back, and what people did in place of a message that reached nobody. */
export const manualValues: Migration = {
  name: '023-manual-values',
  statements: [
    ...addColumn(
      'metric_snapshots',
      'expires_at',
      `${ddl.time} NULL COMMENT 'From when on a value by hand is not shown; NULL: entered before there was an end'`,
    ),
    ...addColumn(
      'metric_snapshots',
      'ended_at',
      `${ddl.time} NULL COMMENT 'When a person took a value by hand away before the source was back: it is compared all the same'`,
    ),
    ...addColumn('metric_snapshots', 'ended_by', 'VARCHAR(64) NULL'),
    // Values by hand that end soon, among all that were ever taken.
    ...addKey('metric_snapshots', 'metric_snapshots_ending', 'kind, state, expires_at'),
    ...addColumn(
      'metric_reconciliations',
      'handed_back_by',
      `VARCHAR(64) NOT NULL DEFAULT 'engine' COMMENT 'Who let the source''s value win'`,
    ),

    `CREATE TABLE IF NOT EXISTS message_fallbacks (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      delivery_id ${ddl.id} NOT NULL,
      in_force_for ${ddl.id} NULL COMMENT 'The delivery, unless it was discarded: one for each',
      how ENUM('other_connection','phoned','given_up') NOT NULL,
      state ENUM('pending','done','discarded') NOT NULL COMMENT 'Pending until the message''s workflow has carried it out',
      to_address VARCHAR(64) NOT NULL COMMENT 'E.164, whom it is about: by it the words are erased',
      words VARBINARY(8192) NULL COMMENT 'What was said, or why it was given up, sealed; NULL where there is none, and when it was erased',
      key_version INT UNSIGNED NULL COMMENT 'Key version that sealed the words',
      other_connection_id ${ddl.id} NULL COMMENT 'By which it was sent instead',
      other_from VARCHAR(64) NULL COMMENT 'Its sender',
      other_delivery_id ${ddl.id} NULL COMMENT 'The message that was sent instead: its id stands before the row does',
      asked_by VARCHAR(64) NOT NULL COMMENT 'Id of the user or API key',
      asked_at ${ddl.time} NOT NULL,
      done_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY message_fallbacks_in_force (in_force_for),
      KEY message_fallbacks_by_connection (connection_id, done_at) COMMENT 'How many were reached another way, for the card',
      CONSTRAINT message_fallbacks_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT message_fallbacks_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT message_fallbacks_delivery FOREIGN KEY (delivery_id) REFERENCES message_deliveries (id)
    ) ${ddl.options}`,
  ],
};
