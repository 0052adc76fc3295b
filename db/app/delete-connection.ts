import type { Sequelize, Transaction } from 'sequelize';
import { write } from '../sql.ts';

/** Children of rows that hang on a connection, by the parent's table and the child's column that names it. */
export const grandchildren = [
  ['incident_alerts', 'incident_id', 'escalations'],
  ['message_delivery_statuses', 'delivery_id', 'message_deliveries'],
  ['integration_sync_errors', 'run_id', 'integration_sync_runs'],
  ['integration_replay_rows', 'preview_id', 'integration_replay_previews'],
] as const;

/** Canonical records, whose `company_id` may be another than their connection's. */
export const recordTables = [
  'messages',
  'usage_records',
  'contacts',
  'deals',
  'deal_stage_movements',
  'work_orders',
  'invoices',
  'payments',
  'appointments',
  'vehicle_positions',
];

/** Everything with a `connection_id`, children before parents. A test compares the list with the schema. */
export const connectionTables = [
  'metric_reconciliations',
  'metric_snapshots',
  'metric_shares',
  'portal_cards',
  'portal_notes',
  'incident_openings',
  'escalations',
  'admin_tasks',
  'integration_error_queue',
  'integration_replays',
  'integration_replay_previews',
  'integration_health_checks',
  'integration_circuits',
  'integration_vitals',
  'watch_episodes',
  'message_fallbacks',
  'integration_anomalies',
  'integration_baselines',
  'message_deliveries',
  'message_opt_outs',
  'message_send_slots',
  'automation_runs',
  ...recordTables,
  'pipeline_stages',
  'record_owners',
  'record_pushes',
  'integration_sync_runs',
  'integration_sync_jobs',
  'integration_field_mappings',
  'integration_mapping_drafts',
  'integration_source_fields',
  'integration_remaps',
  'franchise_keys',
  'integration_settings',
  'oauth_consents',
  'integration_tokens',
];

/** Deletes a connection with its account and all that hangs on them. Only for one that was never launched. */
export async function deleteConnection(
  sequelize: Sequelize,
  ids: { connectionId: string; accountId: string },
  transaction: Transaction,
): Promise<void> {
  const run = (sql: string) => write(sequelize, sql, ids, transaction);
  for (const [child, column, parent] of grandchildren)
    await run(`DELETE FROM ${child} WHERE ${column} IN (SELECT id FROM ${parent} WHERE connection_id = :connectionId)`);
  for (const table of connectionTables) await run(`DELETE FROM ${table} WHERE connection_id = :connectionId`);
  await run('DELETE FROM integration_connections WHERE id = :connectionId');
  await run('DELETE FROM integration_provider_accounts WHERE account_id = :accountId');
  await run('DELETE FROM integration_accounts WHERE id = :accountId');
}
