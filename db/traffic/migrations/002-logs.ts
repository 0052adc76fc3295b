import { ddl, type Migration } from '../../ddl.ts';

/** What was called, and what happened for a client. */
export const logs: Migration = {
  name: '002-logs',
  statements: [
    `CREATE TABLE IF NOT EXISTS integration_logs (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      logged_on DATE NOT NULL COMMENT 'UTC day of called_at: the partition',
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      provider_key ${ddl.key} NOT NULL,
      called_at ${ddl.time} NOT NULL,
      method VARCHAR(8) NOT NULL,
      path VARCHAR(500) NOT NULL COMMENT 'Redacted: no query values, no secret, no phone number',
      status SMALLINT UNSIGNED NULL COMMENT 'HTTP status; NULL when no whole answer came',
      latency_ms INT UNSIGNED NOT NULL,
      outcome VARCHAR(32) NOT NULL COMMENT 'ok, or how it failed',
      note VARCHAR(500) NULL,
      PRIMARY KEY (id, logged_on),
      KEY integration_logs_by_connection (connection_id, id)
    ) ${ddl.options}
    PARTITION BY RANGE COLUMNS (logged_on) (PARTITION later VALUES LESS THAN (MAXVALUE))`,

    `CREATE TABLE IF NOT EXISTS event_client_activity (
      id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      kind VARCHAR(64) NOT NULL,
      subject ${ddl.foreign} NOT NULL COMMENT 'Id of what it is about',
      sentence VARCHAR(280) NOT NULL COMMENT 'In the client''s words',
      happened_at ${ddl.time} NOT NULL,
      PRIMARY KEY (id),
      UNIQUE KEY event_client_activity_once (connection_id, kind, subject),
      KEY event_client_activity_by_company (company_id, id)
    ) ${ddl.options}`,
  ],
};
