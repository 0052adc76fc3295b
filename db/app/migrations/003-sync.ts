import { ddl, type Migration } from '../../ddl.ts';

const counts = ['created', 'updated', 'unchanged', 'failed', 'duplicate', 'ignored']
  .map((name) => `${name} INT UNSIGNED NOT NULL DEFAULT 0`)
  .join(', ');

/** What is synced, how each run went, and what failed. */
export const sync: Migration = {
  name: '003-sync',
  statements: [
    `CREATE TABLE IF NOT EXISTS integration_sync_jobs (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      stream ${ddl.key} NOT NULL COMMENT 'The provider''s stream',
      object ${ddl.key} NOT NULL COMMENT 'The canonical object that the stream feeds',
      direction ENUM('in','out') NOT NULL DEFAULT 'in' COMMENT 'in: from the provider to us',
      cadence_s INT UNSIGNED NOT NULL COMMENT 'Seconds between scheduled runs',
      next_cursor TEXT NULL COMMENT 'Where the next page starts, in the provider''s own terms; NULL before the first',
      last_run_id ${ddl.id} NULL,
      running_run_id ${ddl.id} NULL COMMENT 'The one run under way: a job has one place',
      created_at ${ddl.created},
      PRIMARY KEY (id),
      UNIQUE KEY integration_sync_jobs_stream (connection_id, stream),
      CONSTRAINT integration_sync_jobs_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT integration_sync_jobs_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_sync_runs (
      id ${ddl.id} NOT NULL,
      job_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      workflow_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'Temporal workflow that holds the run',
      trigger_kind ENUM('schedule','manual','onboarding') NOT NULL COMMENT 'What started it',
      mapping_version INT UNSIGNED NULL COMMENT 'Mapping in force; NULL before the first page',
      outcome ENUM('succeeded','failed','cancelled','skipped') NULL COMMENT 'NULL while it is under way',
      code ${ddl.failureCode} NULL,
      sentence VARCHAR(500) NULL COMMENT 'What went wrong, for a person',
      ${counts},
      started_at ${ddl.time} NOT NULL,
      finished_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY integration_sync_runs_workflow (job_id, workflow_id) COMMENT 'Opening twice answers the same run',
      KEY integration_sync_runs_by_connection (connection_id, id),
      KEY integration_sync_runs_by_day (company_id, finished_at) COMMENT 'Summary of a day',
      CONSTRAINT integration_sync_runs_job FOREIGN KEY (job_id) REFERENCES integration_sync_jobs (id),
      CONSTRAINT integration_sync_runs_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT integration_sync_runs_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_sync_errors (
      id ${ddl.id} NOT NULL,
      run_id ${ddl.id} NOT NULL,
      record_key BINARY(32) NOT NULL COMMENT 'SHA-256 of page, place and record: a repeated page writes no error twice',
      external_id ${ddl.foreign} NULL COMMENT 'NULL when the record''s id could not be read',
      code ${ddl.failureCode} NOT NULL,
      sentence VARCHAR(500) NOT NULL,
      created_at ${ddl.created},
      PRIMARY KEY (id),
      UNIQUE KEY integration_sync_errors_record (run_id, record_key),
      KEY integration_sync_errors_by_run (run_id, id),
      CONSTRAINT integration_sync_errors_run FOREIGN KEY (run_id) REFERENCES integration_sync_runs (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_error_queue (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      kind ENUM('record','event','delivery','push') NOT NULL,
      cause ${ddl.foreign} NOT NULL COMMENT 'What failed, by its own id',
      open_cause ${ddl.foreign} NULL COMMENT 'Equals cause while the item is open, NULL after: the unique index allows one open item',
      code ${ddl.failureCode} NOT NULL,
      sentence VARCHAR(500) NOT NULL COMMENT 'The last error, for a person',
      state ENUM('pending','retrying','dead','resolved','ignored') NOT NULL COMMENT 'dead: tried often enough, waits for a person',
      attempts INT UNSIGNED NOT NULL DEFAULT 1,
      next_attempt_at ${ddl.time} NULL COMMENT 'When the engine tries again by itself; NULL when it waits for a person',
      raw_event_id BIGINT UNSIGNED NULL COMMENT 'integration_raw_events.id in the traffic database',
      delivery_id ${ddl.id} NULL,
      run_id ${ddl.id} NULL,
      first_seen_at ${ddl.time} NOT NULL,
      last_seen_at ${ddl.time} NOT NULL,
      closed_at ${ddl.time} NULL,
      closed_by VARCHAR(64) NULL COMMENT 'Id of who closed it, or engine',
      note VARCHAR(500) NULL COMMENT 'What that person wrote',
      PRIMARY KEY (id),
      UNIQUE KEY integration_error_queue_open (connection_id, kind, open_cause),
      KEY integration_error_queue_by_company (company_id, state, id),
      KEY integration_error_queue_by_event (connection_id, raw_event_id) COMMENT 'Settling applied events',
      KEY integration_error_queue_by_delivery (delivery_id),
      CONSTRAINT integration_error_queue_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT integration_error_queue_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS integration_health_checks (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      ok TINYINT UNSIGNED NOT NULL COMMENT '1 when the probe or run succeeded',
      latency_ms INT UNSIGNED NULL,
      code ${ddl.failureCode} NULL,
      sentence VARCHAR(500) NOT NULL,
      checked_at ${ddl.time} NOT NULL,
      PRIMARY KEY (id),
      KEY integration_health_checks_by_connection (connection_id, id),
      CONSTRAINT integration_health_checks_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT integration_health_checks_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS sync_status_summaries (
      company_id ${ddl.id} NOT NULL,
      provider_key ${ddl.key} NOT NULL,
      day DATE NOT NULL COMMENT 'UTC day on which the runs finished',
      runs_succeeded INT UNSIGNED NOT NULL DEFAULT 0,
      runs_failed INT UNSIGNED NOT NULL DEFAULT 0,
      runs_cancelled INT UNSIGNED NOT NULL DEFAULT 0,
      runs_skipped INT UNSIGNED NOT NULL DEFAULT 0,
      ${counts},
      updated_at ${ddl.updated},
      PRIMARY KEY (company_id, provider_key, day) COMMENT 'Dashboards: one company over a range of days',
      CONSTRAINT sync_status_summaries_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,
  ],
};
