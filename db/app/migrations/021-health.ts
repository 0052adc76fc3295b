import { addColumn, addKey, ddl, type Migration } from '../../ddl.ts';

/** How each connection is: its circuit, its vital signs, and what the watch outside Temporal has told people. */
export const health: Migration = {
  name: '021-health',
  statements: [
    `CREATE TABLE IF NOT EXISTS integration_circuits (
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      state ENUM('closed','open') NOT NULL,
      since ${ddl.time} NOT NULL COMMENT 'Of the state, by the database''s clock like all times here',
      times INT UNSIGNED NOT NULL COMMENT 'How often in a row it opened or a probe failed: the next wait grows with it',
      next_probe_at ${ddl.time} NULL COMMENT 'NULL while it is closed',
      probe_until ${ddl.time} NULL COMMENT 'One call is trying; another may after this',
      probes INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Counts probes: one that comes late with an older number changes nothing',
      reason VARCHAR(500) NOT NULL,
      PRIMARY KEY (connection_id),
      KEY integration_circuits_due (state, next_probe_at) COMMENT 'Which are to be tried now',
      CONSTRAINT integration_circuits_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT integration_circuits_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_vitals (
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      next_check_at ${ddl.time} NULL COMMENT 'When the next real call is due; a claim moves it on before the call',
      quota_name ${ddl.key} NULL COMMENT 'Which of the provider''s limits is nearest',
      quota_limit INT UNSIGNED NULL COMMENT 'Calls that it allows; NULL when the provider does not say',
      quota_remaining INT UNSIGNED NULL,
      quota_at ${ddl.time} NULL COMMENT 'When the provider said so',
      PRIMARY KEY (connection_id),
      CONSTRAINT integration_vitals_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT integration_vitals_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    ...addColumn(
      'integration_health_checks',
      'kind',
      `ENUM('run','probe') NOT NULL DEFAULT 'run' COMMENT 'probe: a cheap real call of its own'`,
    ),
    // Deleting what is past its retention.
    ...addKey('integration_health_checks', 'integration_health_checks_by_time', 'checked_at'),

    ...addColumn('sync_status_summaries', 'checks_ok', 'INT UNSIGNED NOT NULL DEFAULT 0'),
    ...addColumn('sync_status_summaries', 'checks_failed', 'INT UNSIGNED NOT NULL DEFAULT 0'),
    ...addColumn('sync_status_summaries', 'circuits_opened', 'INT UNSIGNED NOT NULL DEFAULT 0'),

    `CREATE TABLE IF NOT EXISTS watch_leases (
      name ${ddl.key} NOT NULL,
      holder ${ddl.key} NOT NULL COMMENT 'The process that watches',
      held_until ${ddl.time} NOT NULL COMMENT 'Another may take over after this, by the database''s clock',
      PRIMARY KEY (name)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS watch_episodes (
      subject ${ddl.key} NOT NULL COMMENT 'A connection''s id, or the part of the platform: one open episode each',
      connection_id ${ddl.id} NULL,
      company_id ${ddl.id} NULL COMMENT 'NULL for the platform''s own',
      sentence VARCHAR(500) NOT NULL,
      opened_at ${ddl.time} NOT NULL,
      tried_at ${ddl.time} NULL COMMENT 'Written before people are told, so that a crash does not tell them twice',
      tries INT UNSIGNED NOT NULL DEFAULT 0,
      told_at ${ddl.time} NULL COMMENT 'When somebody was reached',
      PRIMARY KEY (subject),
      KEY watch_episodes_by_connection (connection_id),
      CONSTRAINT watch_episodes_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT watch_episodes_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,
  ],
};
