import { ddl, type Migration } from '../../ddl.ts';

/** What is measured, and what the client sees of it. */
export const portal: Migration = {
  name: '006-portal',
  statements: [
    `CREATE TABLE IF NOT EXISTS metric_definitions (
      metric_key ${ddl.key} NOT NULL,
      title VARCHAR(100) NOT NULL,
      source ${ddl.key} NOT NULL COMMENT 'The canonical object that is counted or summed',
      period ${ddl.key} NOT NULL COMMENT 'The window that the value covers, for example last_30_days',
      unit VARCHAR(32) NOT NULL,
      client_meaning VARCHAR(200) NOT NULL COMMENT 'What the value means to the client, in the client''s words',
      PRIMARY KEY (metric_key),
      CONSTRAINT metric_definitions_complete CHECK (source <> '' AND period <> '' AND unit <> '' AND client_meaning <> '')
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS metric_snapshots (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      metric_key ${ddl.key} NOT NULL,
      kind ENUM('baseline','current','manual') NOT NULL COMMENT 'manual: entered by a person',
      origin VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'What made it (baseline, a run''s id, a time): the same origin writes one row',
      state ENUM('pending','active','closed','discarded') NOT NULL COMMENT 'Only active rows are shown; a manual one is pending until accepted and closed on recovery',
      value ${ddl.money} NOT NULL,
      period_start DATE NULL,
      period_end DATE NULL,
      taken_at ${ddl.time} NOT NULL,
      run_id ${ddl.id} NULL,
      entered_by VARCHAR(64) NULL COMMENT 'The person''s id, for manual values',
      reason VARCHAR(500) NULL COMMENT 'Why a person entered it',
      PRIMARY KEY (id),
      UNIQUE KEY metric_snapshots_origin (connection_id, metric_key, kind, origin),
      KEY metric_snapshots_newest (connection_id, metric_key, kind, state, taken_at) COMMENT 'A card: newest value of each kind',
      CONSTRAINT metric_snapshots_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT metric_snapshots_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT metric_snapshots_metric FOREIGN KEY (metric_key) REFERENCES metric_definitions (metric_key)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS metric_reconciliations (
      id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      snapshot_id ${ddl.id} NOT NULL COMMENT 'The value that a person had entered',
      metric_key ${ddl.key} NOT NULL,
      manual_value ${ddl.money} NOT NULL,
      provider_value ${ddl.money} NOT NULL,
      difference ${ddl.money} NOT NULL COMMENT 'provider_value less manual_value',
      reconciled_at ${ddl.time} NOT NULL,
      PRIMARY KEY (id),
      UNIQUE KEY metric_reconciliations_snapshot (snapshot_id),
      KEY metric_reconciliations_by_connection (connection_id, id),
      CONSTRAINT metric_reconciliations_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT metric_reconciliations_value FOREIGN KEY (snapshot_id) REFERENCES metric_snapshots (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS portal_cards (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NOT NULL,
      metric_key ${ddl.key} NOT NULL,
      next_action VARCHAR(200) NOT NULL COMMENT 'The client''s own next action',
      explanation VARCHAR(500) NOT NULL COMMENT 'What the baseline says, as the owner wrote it',
      updated_at ${ddl.updated},
      PRIMARY KEY (id),
      UNIQUE KEY portal_cards_metric (connection_id, metric_key),
      KEY portal_cards_by_company (company_id) COMMENT 'The client''s portal',
      CONSTRAINT portal_cards_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT portal_cards_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id),
      CONSTRAINT portal_cards_definition FOREIGN KEY (metric_key) REFERENCES metric_definitions (metric_key)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS portal_notes (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      connection_id ${ddl.id} NULL,
      body VARCHAR(280) NOT NULL,
      source_label VARCHAR(100) NOT NULL COMMENT 'The source that the client reads under the note',
      from_day DATE NOT NULL COMMENT 'First day that the note speaks of',
      until_day DATE NOT NULL,
      action VARCHAR(200) NOT NULL COMMENT 'The business action that the note points at',
      created_at ${ddl.created},
      PRIMARY KEY (id),
      KEY portal_notes_by_company (company_id, id),
      CONSTRAINT portal_notes_bounded CHECK (from_day <= until_day),
      CONSTRAINT portal_notes_company FOREIGN KEY (company_id) REFERENCES companies (id),
      CONSTRAINT portal_notes_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS report_reports (
      id ${ddl.id} NOT NULL,
      company_id ${ddl.id} NOT NULL,
      period_start DATE NOT NULL,
      period_end DATE NOT NULL,
      state ENUM('draft','published') NOT NULL,
      completeness VARCHAR(64) NULL COMMENT 'For a roll-up: how many franchises reported, for example 7 of 8',
      created_at ${ddl.created},
      published_at ${ddl.time} NULL,
      PRIMARY KEY (id),
      UNIQUE KEY report_reports_period (company_id, period_start, period_end),
      CONSTRAINT report_reports_bounded CHECK (period_start <= period_end),
      CONSTRAINT report_reports_company FOREIGN KEY (company_id) REFERENCES companies (id)
    ) ${ddl.options}`,

    `CREATE TABLE IF NOT EXISTS report_metrics (
      report_id ${ddl.id} NOT NULL,
      position SMALLINT UNSIGNED NOT NULL COMMENT 'Line of the report, from 1',
      metric_key ${ddl.key} NOT NULL,
      snapshot_id ${ddl.id} NULL COMMENT 'The value that the line shows; NULL when there was none',
      baseline_snapshot_id ${ddl.id} NULL,
      source_label VARCHAR(100) NOT NULL,
      PRIMARY KEY (report_id, position),
      CONSTRAINT report_metrics_report FOREIGN KEY (report_id) REFERENCES report_reports (id) ON DELETE CASCADE,
      CONSTRAINT report_metrics_metric FOREIGN KEY (metric_key) REFERENCES metric_definitions (metric_key),
      CONSTRAINT report_metrics_snapshot FOREIGN KEY (snapshot_id) REFERENCES metric_snapshots (id),
      CONSTRAINT report_metrics_baseline FOREIGN KEY (baseline_snapshot_id) REFERENCES metric_snapshots (id)
    ) ${ddl.options}`,
  ],
};
