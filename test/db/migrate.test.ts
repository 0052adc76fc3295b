import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sequelize } from 'sequelize';
import { connectionTables } from '../../db/app/delete-connection.ts';
import { appMigrations } from '../../db/app/migrations/index.ts';
import { openDatabase } from '../../db/database.ts';
import { metricKeys } from '../../domain/metrics.ts';
import { migrate } from '../../db/migrate.ts';
import { select } from '../../db/sql.ts';
import { trafficMigrations } from '../../db/traffic/migrations/index.ts';
import { freshDatabases } from '../harness/mysql.ts';
import { servers } from './stores.ts';

const appTables =
  `companies users api_keys permission_grants request_allowances integration_providers integration_accounts integration_provider_accounts
  integration_tokens integration_connections integration_settings integration_field_mappings integration_sync_jobs
  integration_sync_runs integration_sync_errors integration_error_queue integration_health_checks sync_status_summaries
  message_templates message_deliveries message_delivery_statuses message_opt_outs automation_runs contacts deals
  deal_stage_movements work_orders invoices payments appointments vehicle_positions messages usage_records metric_definitions
  metric_snapshots metric_shares franchise_keys metric_reconciliations report_reports report_metrics portal_notes portal_cards admin_tasks incident_alerts
  escalations audit_log audit_personal audit_anchors api_idempotency_keys master_keys data_keys`.split(/\s+/);
const trafficTables = `integration_raw_events integration_raw_payloads integration_normalized_events integration_logs
  event_client_activity`.split(/\s+/);

/** Columns whose meaning nobody can guess from the name. */
const unclear = {
  app: [
    'integration_tokens.ciphertext',
    'integration_tokens.fencing',
    'integration_connections.reason',
    'integration_error_queue.open_cause',
    'escalations.open_cause',
    'messages.content_hash',
    'messages.status_rank',
    'metric_snapshots.origin',
    'audit_log.previous_hash',
    'data_keys.current_scope',
    'integration_sync_jobs.next_cursor',
    'message_deliveries.attempted_at',
  ],
  traffic: ['integration_raw_events.dedupe_hash', 'integration_raw_payloads.key_version', 'integration_logs.logged_on'],
};

const goesWithoutSaying = / CHARACTER SET utf8mb[34]| \/\*!50100 TABLESPACE `innodb_system` \*\/| TABLESPACE = `innodb_system`/g;
/** Each table with its rows. MySQL remembers besides what was said that goes without saying. */
async function contentsOf(database: Sequelize): Promise<unknown[]> {
  const tables = 'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME';
  const contents: unknown[] = [];
  for (const { name } of await select<{ name: string }>(database, tables, {})) {
    const [made] = await select<Record<string, string>>(database, `SHOW CREATE TABLE ${name}`, {});
    contents.push(made!['Create Table']!.replaceAll(goesWithoutSaying, ''));
    contents.push(await select(database, `SELECT * FROM ${name}`, {}));
  }
  return contents;
}

describe.each(servers)('the migrations on $name', ({ server }) => {
  const id = randomBytes(6).toString('hex');
  const urls = { appUrl: `${server}/lwt_${id}_app`, trafficUrl: `${server}/lwt_${id}_traffic` };
  const lines: string[] = [];
  const start = () => migrate({ ...urls, log: (line) => lines.push(line) });
  let app: Sequelize;
  let traffic: Sequelize;

  beforeAll(async () => {
    await Promise.all([start(), start()]);
    app = openDatabase(urls.appUrl, { poolMax: 2 });
    traffic = openDatabase(urls.trafficUrl, { poolMax: 2 });
  });
  afterAll(async () => {
    await app.query(`DROP DATABASE lwt_${id}_app`);
    await traffic.query(`DROP DATABASE lwt_${id}_traffic`);
    await app.close();
    await traffic.close();
  });

  it('run once when two starters come at the same time, from no database at all', () => {
    expect(lines.toSorted()).toEqual([
      `lwt_${id}_app: ${appMigrations.length} migrations done.`,
      `lwt_${id}_traffic: ${trafficMigrations.length} migrations done.`,
    ]);
  });

  it('are harmless when they are run again', async () => {
    const before = lines.length;
    await start();
    expect(lines.length).toBe(before);
  });

  it('make what every other test works with', async () => {
    const made = await freshDatabases(server);
    const [madeApp, madeTraffic] = [openDatabase(made.appUrl, { poolMax: 2 }), openDatabase(made.trafficUrl, { poolMax: 2 })];
    expect(await contentsOf(madeApp)).toEqual(await contentsOf(app));
    expect(await contentsOf(madeTraffic)).toEqual(await contentsOf(traffic));
    await Promise.all([madeApp.close(), madeTraffic.close()]);
    await made.drop();
  });

  it('make every table of both databases', async () => {
    const tablesOf = async (database: Sequelize) => {
      const rows = await select<{ name: string }>(
        database,
        'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
        {},
      );
      return rows.map(({ name }) => name);
    };
    expect(await tablesOf(app)).toEqual(expect.arrayContaining(appTables));
    expect(await tablesOf(traffic)).toEqual(expect.arrayContaining(trafficTables));
  });

  it('explain every column that its name does not', async () => {
    const commentsOf = async (database: Sequelize) =>
      select<{ name: string; comment: string }>(
        database,
        `SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) AS name, COLUMN_COMMENT AS comment FROM information_schema.COLUMNS
         WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_COMMENT <> ''`,
        {},
      );
    expect((await commentsOf(app)).map(({ name }) => name)).toEqual(expect.arrayContaining(unclear.app));
    expect((await commentsOf(traffic)).map(({ name }) => name)).toEqual(expect.arrayContaining(unclear.traffic));
  });

  it('know every table that hangs on a connection, so that a cancelled onboarding leaves nothing', async () => {
    const rows = await select<{ name: string }>(
      app,
      `SELECT TABLE_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND COLUMN_NAME = 'connection_id'`,
      {},
    );
    expect(rows.map(({ name }) => name).toSorted()).toEqual(connectionTables.toSorted());
  });

  it('partition payloads and call logs, so that retention drops whole days', async () => {
    const rows = await select<{ name: string }>(
      traffic,
      `SELECT DISTINCT TABLE_NAME AS name FROM information_schema.PARTITIONS
       WHERE TABLE_SCHEMA = DATABASE() AND PARTITION_NAME IS NOT NULL ORDER BY TABLE_NAME`,
      {},
    );
    expect(rows.map(({ name }) => name)).toEqual(['integration_logs', 'integration_raw_payloads']);
  });

  it('refuse a metric without source, period, unit or client meaning', async () => {
    const rows = await select<{ metric_key: string }>(app, 'SELECT metric_key FROM metric_definitions', {});
    expect(rows.map((row) => row.metric_key).toSorted()).toEqual(metricKeys.toSorted());
    const insert = `INSERT INTO metric_definitions (metric_key, title, source, period, unit, client_meaning) VALUES`;
    await expect(app.query(`${insert} ('m', 'Title', 'message', 'last_30_days', '', 'Meaning')`)).rejects.toThrow(
      'metric_definitions_complete',
    );
  });

  it('name the missing database name of a URL', async () => {
    await expect(migrate({ ...urls, appUrl: server, log: () => undefined })).rejects.toThrow('names no database');
  });
});
