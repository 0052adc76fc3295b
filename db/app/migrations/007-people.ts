import { ddl, type Migration } from '../../ddl.ts';

/** Work for people. */
export const people: Migration = {
  name: '007-people',
  statements: [
    `CREATE TABLE IF NOT EXISTS admin_tasks (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NULL,
      cause ${ddl.key} NOT NULL,
      subject ${ddl.foreign} NOT NULL COMMENT 'Id of what the task is about',
      open_subject ${ddl.foreign} NULL COMMENT 'Equals subject while the task is open, NULL after: the unique index allows one open task',
      sentence VARCHAR(500) NOT NULL COMMENT 'What the person should do',
      repeats INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'How often the same was told again while it was open',
      opened_at ${ddl.time} NOT NULL,
      completed_at ${ddl.time} NULL,
      completed_by VARCHAR(64) NULL,
      note VARCHAR(500) NULL,
      PRIMARY KEY (id),
      UNIQUE KEY admin_tasks_open (company_id, cause, open_subject),
      KEY admin_tasks_by_company (company_id, id),
      KEY admin_tasks_by_subject (open_subject) COMMENT 'Completing what is open about a subject',
      CONSTRAINT admin_tasks_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT admin_tasks_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS escalations (
      id ${ddl.id} NOT NULL COMMENT 'The incident''s id; its workflow is escalation:<id>',
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      cause ${ddl.failureCode} NOT NULL,
      open_cause ${ddl.key} NULL COMMENT 'Equals cause while the incident is open, NULL after: the unique index allows one open incident',
      sentence VARCHAR(500) NOT NULL,
      state ENUM('open','acknowledged','taken_over','unanswered','recovered','resolved') NOT NULL COMMENT 'The last two are closed',
      repeats INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'How often the same cause was told again while it was open',
      opened_at ${ddl.time} NOT NULL,
      last_seen_at ${ddl.time} NOT NULL,
      acknowledged_by VARCHAR(64) NULL,
      acknowledged_at ${ddl.time} NULL,
      taken_over_by VARCHAR(64) NULL,
      taken_over_at ${ddl.time} NULL,
      closed_at ${ddl.time} NULL,
      note VARCHAR(500) NULL,
      PRIMARY KEY (id),
      UNIQUE KEY escalations_open (connection_id, open_cause),
      KEY escalations_by_company (company_id, id),
      CONSTRAINT escalations_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT escalations_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS incident_alerts (
      id ${ddl.id} NOT NULL,
      incident_id ${ddl.id} NOT NULL,
      rung SMALLINT UNSIGNED NOT NULL COMMENT 'Position on the escalation ladder',
      user_id ${ddl.id} NOT NULL COMMENT 'Who is told',
      channel ENUM('sms') NOT NULL,
      state ENUM('claimed','sent','failed') NOT NULL COMMENT 'claimed is written before the request goes out',
      external_id ${ddl.foreign} NULL COMMENT 'The provider''s id of the notice',
      sentence VARCHAR(500) NULL COMMENT 'Why it failed',
      attempted_at ${ddl.time} NOT NULL,
      sent_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY incident_alerts_once (incident_id, rung, user_id, channel) COMMENT 'One notice for each rung and person',
      CONSTRAINT incident_alerts_incident FOREIGN KEY (incident_id) REFERENCES escalations (id),
      CONSTRAINT incident_alerts_user FOREIGN KEY (user_id) REFERENCES users (id)
    ) ${ddl.options}`,
  ],
};
