import { addColumn, addKey, ddl, dropKey, type Migration } from '../../ddl.ts';

/** Metrics of deals: rates and medians that may have no value, money, values that wait for a person, and values of a week or a month. */
export const metrics: Migration = {
  name: '017-metrics',
  statements: [
    ...addColumn('metric_definitions', 'rule', `TEXT NULL COMMENT 'What is counted, as JSON'`),
    `ALTER TABLE metric_snapshots
      MODIFY kind ENUM('baseline','current','manual','held','week','month') NOT NULL COMMENT 'manual: entered by a person; held: not plausible, waits for a person; week, month: of that period in the company''s time zone',
      MODIFY value ${ddl.money} NULL COMMENT 'NULL: there was nothing to take a rate or a median of'`,
    ...addColumn('metric_snapshots', 'currency', `CHAR(3) NULL COMMENT 'ISO 4217, for money'`),
    ...addColumn(
      'metric_snapshots',
      'left_out',
      `INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'Rows that belong in it and are not: of another currency, or without an amount'`,
    ),
    ...addColumn(
      'metric_snapshots',
      'recomputed_at',
      `${ddl.time} NULL COMMENT 'When what arrived late changed the value of a period that was over'`,
    ),
    ...addColumn('metric_snapshots', 'previous_value', `${ddl.money} NULL COMMENT 'What stood there before that'`),
    `ALTER TABLE metric_shares
      MODIFY value ${ddl.money} NULL COMMENT 'Of the company''s own records; as of the connection''s newest snapshot of the metric',
      MODIFY baseline_value ${ddl.money} NULL COMMENT 'The first value'`,
    `ALTER TABLE metric_reconciliations
      MODIFY provider_value ${ddl.money} NULL COMMENT 'NULL: there was nothing to take a rate or a median of',
      MODIFY difference ${ddl.money} NULL COMMENT 'provider_value less manual_value'`,
    // Metrics over a period, from the index alone: with a million steps, reading each row takes ten times as long.
    ...addKey(
      'deal_stage_movements',
      'deal_stage_movements_by_period',
      'connection_id, moved_at, company_id, deal_external_id, from_stage, to_stage, entered_at',
    ),
    ...dropKey('deal_stage_movements', 'deal_stage_movements_by_time'),
    // What stands open since when, from the index alone; and which deals are gone.
    ...addKey('deals', 'deals_standing', 'connection_id, deleted_at, stage, opened_at, external_id, created_at'),
    ...dropKey('deals', 'deals_by_stage'),
    // Which periods that are over did late steps touch.
    ...addKey('deal_stage_movements', 'deal_stage_movements_by_arrival', 'connection_id, created_at, moved_at'),
  ],
};
