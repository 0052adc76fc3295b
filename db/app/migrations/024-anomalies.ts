import { ddl, type Migration } from '../../ddl.ts';

/** What a connection's figures usually are, and which were not. */
export const anomalies: Migration = {
  name: '024-anomalies',
  statements: [
    `CREATE TABLE IF NOT EXISTS integration_baselines (
      connection_id ${ddl.id} NOT NULL,
      subject ${ddl.key} NOT NULL COMMENT 'The stream whose runs are measured, or webhooks',
      measure ${ddl.key} NOT NULL,
      slot TINYINT UNSIGNED NOT NULL COMMENT 'Hour of the company''s week, 0 to 167; 0 is Monday from midnight to 01:00',
      samples VARCHAR(1000) NOT NULL COMMENT 'JSON: [[seconds since 1970, value], …], oldest first, at most 16',
      last_at ${ddl.time} NOT NULL COMMENT 'Of the newest value that was judged, kept as a sample or not',
      PRIMARY KEY (connection_id, subject, measure, slot) COMMENT 'Judging a run: the slots around its hour',
      CONSTRAINT integration_baselines_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_anomalies (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      subject ${ddl.key} NOT NULL COMMENT 'As in integration_baselines',
      measure ${ddl.key} NOT NULL,
      is_open TINYINT NULL COMMENT '1 while it lasts, NULL after: the unique index allows one open anomaly',
      side ENUM('high','low') NOT NULL,
      value DOUBLE NOT NULL COMMENT 'The latest unusual one',
      usual_from DOUBLE NOT NULL,
      usual_to DOUBLE NOT NULL,
      slot TINYINT UNSIGNED NOT NULL COMMENT 'Of the latest unusual value',
      sentence VARCHAR(500) NOT NULL COMMENT 'For a person, in the company''s zone',
      repeats INT UNSIGNED NOT NULL DEFAULT 1 COMMENT 'Unusual values so far',
      usual_in_a_row INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Usual values since the last unusual one',
      first_at ${ddl.time} NOT NULL,
      last_at ${ddl.time} NOT NULL COMMENT 'Of the latest value that was judged while it was open',
      decision ENUM('confirmed','dismissed') NULL COMMENT 'dismissed: it is normal, and expected from then on',
      decided_by VARCHAR(64) NULL,
      decided_at ${ddl.time} NULL,
      reason VARCHAR(500) NULL COMMENT 'What that person wrote',
      ended_at ${ddl.time} NULL,
      ended_as ENUM('usual_again','adopted','dismissed','disconnected') NULL COMMENT 'adopted: nobody decided, and it is the usual now',
      PRIMARY KEY (id),
      UNIQUE KEY integration_anomalies_open (connection_id, subject, measure, is_open),
      KEY integration_anomalies_by_connection (connection_id, id),
      CONSTRAINT integration_anomalies_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT integration_anomalies_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,
  ],
};
