import { addColumn, addKey, ddl, type Migration } from '../../ddl.ts';

/** Reports of a period, and notes that are drafts before a client sees them. */
export const reports: Migration = {
  name: '018-reports',
  statements: [
    ...addColumn('report_reports', 'period_kind', `ENUM('week','month') NOT NULL DEFAULT 'week'`),
    ...addColumn('report_reports', 'published_by', 'VARCHAR(64) NULL'),
    ...addColumn(
      'report_metrics',
      'previous_snapshot_id',
      `${ddl.id} NULL COMMENT 'The value of the period before; NULL when there was none'`,
    ),
    ...addColumn(
      'portal_notes',
      'state',
      `ENUM('draft','published') NOT NULL DEFAULT 'published' COMMENT 'A client sees what is published'`,
    ),
    ...addColumn(
      'portal_notes',
      'metric_key',
      `${ddl.key} NULL COMMENT 'The metric whose rule wrote it; NULL when a person did'`,
    ),
    ...addColumn(
      'portal_notes',
      'activity_id',
      `BIGINT UNSIGNED NULL COMMENT 'event_client_activity.id in the traffic database: the business action'`,
    ),
    ...addColumn('portal_notes', 'automation_run_id', `${ddl.id} NULL COMMENT 'The business action, when an automation did it'`),
    ...addColumn('portal_notes', 'edited_by', 'VARCHAR(64) NULL'),
    ...addColumn('portal_notes', 'published_by', 'VARCHAR(64) NULL'),
    ...addColumn('portal_notes', 'published_at', `${ddl.time} NULL`),
    // What a client reads.
    ...addKey('portal_notes', 'portal_notes_shown', 'company_id, state, id'),
  ],
};
