import { addColumn, addKey, ddl, dropKey, type Migration } from '../../ddl.ts';

/**
 * Deals stand in the provider's own stages, and `pipeline_stages` says what a stage means: whoever maps a stage anew changes every
 * deal and every movement at once. Nothing wrote the columns that this takes the place of.
 */
export const deals: Migration = {
  name: '015-deals',
  statements: [
    `CREATE TABLE IF NOT EXISTS pipeline_stages (
      connection_id ${ddl.id} NOT NULL,
      external_id VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'The provider''s id of the stage',
      label VARCHAR(255) NOT NULL COMMENT 'As the provider''s people call it',
      pipeline_external_id VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
      pipeline_label VARCHAR(255) NOT NULL,
      name VARCHAR(100) NOT NULL COMMENT 'Our name of it; the provider''s label unless an admin mapped it',
      position SMALLINT UNSIGNED NOT NULL COMMENT 'Order within the pipeline: to a higher one is forward',
      probability DECIMAL(5,4) NULL COMMENT 'Of winning, from 0 to 1',
      kind ENUM('open','won','lost') NOT NULL,
      mapped_by VARCHAR(64) NULL COMMENT 'Who mapped name, position, probability and kind; NULL while they are the provider''s own',
      gone_at ${ddl.time} NULL COMMENT 'Since when the provider no longer has it; history still names it',
      PRIMARY KEY (connection_id, external_id),
      CONSTRAINT pipeline_stages_connection FOREIGN KEY (connection_id) REFERENCES integration_connections (id)
    ) ${ddl.options}`,

    ...dropKey('deals', 'deals_by_stage'),
    `ALTER TABLE deals
      MODIFY stage VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'pipeline_stages.external_id of the same connection',
      MODIFY status ENUM('open','won','lost') NULL COMMENT 'Unused: the stage says it',
      MODIFY pipeline VARCHAR(100) NULL COMMENT 'Unused: the stage says it',
      MODIFY closed_at ${ddl.time} NULL COMMENT 'Unused: the movements say it'`,
    ...addColumn('deals', 'owner_external_id', `${ddl.foreign} NULL COMMENT 'The provider''s id of whoever sells it'`),
    ...addColumn('deals', 'opened_at', `${ddl.time} NULL`),
    ...addColumn('deals', 'deleted_at', `${ddl.time} NULL COMMENT 'The provider no longer has it: it counts in no metric'`),
    ...addColumn('deals', 'merged_into', `${ddl.foreign} NULL COMMENT 'deals.external_id of the deal that has taken it in'`),
    ...addColumn('contacts', 'deleted_at', `${ddl.time} NULL COMMENT 'The provider no longer has it'`),
    ...addColumn(
      'contacts',
      'merged_into',
      `${ddl.foreign} NULL COMMENT 'contacts.external_id of the contact that has taken it in'`,
    ),
    "ALTER TABLE contacts MODIFY phone VARCHAR(64) NULL COMMENT 'As the provider has it, or E.164 where the mapping says so'",
    // What stands open, and what it is worth.
    ...addKey('deals', 'deals_by_stage', 'connection_id, deleted_at, stage'),

    `ALTER TABLE deal_stage_movements
      MODIFY from_stage VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL COMMENT 'pipeline_stages.external_id; NULL for the first stage',
      MODIFY to_stage VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL COMMENT 'pipeline_stages.external_id'`,
    ...addColumn('deal_stage_movements', 'entered_at', `${ddl.time} NULL COMMENT 'Since when it stood in from_stage'`),
    ...addColumn('deal_stage_movements', 'moved_by', `${ddl.foreign} NULL COMMENT 'The provider''s id of whoever moved it'`),
    // Metrics over a period, each company's share too.
    ...addKey('deal_stage_movements', 'deal_stage_movements_by_time', 'connection_id, moved_at, company_id'),
  ],
};
