import { addColumn, addKey, addUniqueKey, ddl, dropKey, type Migration } from '../../ddl.ts';

/** How people want to be told, who is on duty, and incidents that come and go. */
export const duty: Migration = {
  name: '022-duty',
  statements: [
    `CREATE TABLE IF NOT EXISTS notice_settings (
      user_id ${ddl.id} NOT NULL,
      time_zone VARCHAR(64) NOT NULL COMMENT 'IANA name, for the quiet hours',
      quiet_from CHAR(5) NULL COMMENT 'Local time; NULL for no quiet hours',
      quiet_to CHAR(5) NULL,
      texts_stopped_at ${ddl.time} NULL COMMENT 'Since when the person wants no SMS: they answered STOP',
      changed_at ${ddl.updated},
      PRIMARY KEY (user_id),
      CONSTRAINT notice_settings_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS notice_channels (
      user_id ${ddl.id} NOT NULL,
      channel ${ddl.key} NOT NULL COMMENT 'sms, slack, teams, webhook or email; text, so that a rotation can walk it in order',
      position SMALLINT UNSIGNED NOT NULL COMMENT 'In the order in which the person wants them',
      host VARCHAR(255) NULL COMMENT 'Of the address, to tell it by',
      address VARBINARY(4096) NULL COMMENT 'A webhook''s address and secret, sealed; NULL for SMS and e-mail, whose address stands with the person',
      key_version INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Version of the key that seals the address',
      PRIMARY KEY (user_id, channel),
      CONSTRAINT notice_channels_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS duty_rosters (
      scope ${ddl.id} NOT NULL COMMENT 'A company''s id, or platform',
      company_id ${ddl.id} NULL COMMENT 'NULL for the platform''s',
      changed_at ${ddl.updated},
      changed_by VARCHAR(64) NOT NULL,
      PRIMARY KEY (scope),
      CONSTRAINT duty_rosters_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS duty_members (
      scope ${ddl.id} NOT NULL,
      position SMALLINT UNSIGNED NOT NULL COMMENT 'The first on duty who can be reached is told',
      user_id ${ddl.id} NOT NULL,
      time_zone VARCHAR(64) NOT NULL COMMENT 'IANA name, for the shifts',
      shifts JSON NOT NULL COMMENT 'Weekly; none: on duty always',
      PRIMARY KEY (scope, position),
      CONSTRAINT duty_members_roster FOREIGN KEY (scope) REFERENCES duty_rosters (scope),
      CONSTRAINT duty_members_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS incident_openings (
      connection_id ${ddl.id} NOT NULL,
      cause ${ddl.failureCode} NOT NULL,
      opened_at ${ddl.time} NOT NULL,
      incident_id ${ddl.id} NOT NULL,
      PRIMARY KEY (connection_id, cause, opened_at) COMMENT 'How often a cause came back lately',
      CONSTRAINT incident_openings_incident FOREIGN KEY (incident_id) REFERENCES escalations (id)
    ) ${ddl.options}`,
    ...addColumn(
      'escalations',
      'reopened',
      `INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'How often it came back after it had recovered'`,
    ),
    ...addColumn('escalations', 'flapping_since', `${ddl.time} NULL COMMENT 'Since when it is known to come and go'`),
    // The last incident of a cause.
    ...addKey('escalations', 'escalations_by_cause', 'connection_id, cause, closed_at'),

    `ALTER TABLE incident_alerts
      MODIFY channel ENUM('sms','slack','teams','webhook','email') NOT NULL,
      MODIFY state ENUM('claimed','sent','failed','uncertain') NOT NULL COMMENT 'claimed is written before the request goes out; uncertain: it may have arrived'`,
    ...addColumn(
      'incident_alerts',
      'kind',
      `ENUM('opened','over','flapping','pause_ahead','paused') NOT NULL DEFAULT 'opened' COMMENT 'What was told; but for opened, rung counts how often it was before'`,
    ),
    ...addUniqueKey('incident_alerts', 'incident_alerts_told', 'incident_id, kind, rung, user_id, channel'),
    ...dropKey('incident_alerts', 'incident_alerts_once'),

    ...addColumn(
      'integration_connections',
      'resumed_at',
      `${ddl.time} NULL COMMENT 'Failures before count towards no further pause'`,
    ),
    // Who answered an SMS.
    ...addKey('users', 'users_by_phone', 'phone'),
  ],
};
