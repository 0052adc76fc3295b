import type { Sequelize } from 'sequelize';
import { deleteCounted, type Erasing } from '../../erasure/counts.ts';
import { connectionTables, grandchildren, recordTables } from '../delete-connection.ts';
import type { ErasureScope } from '../../erasure/scope.ts';

interface Step {
  table: string;
  /** Picks the rows to delete; knows `:companyId`, `:own` and `:shared`. */
  where: string;
}

const ofCompany = 'company_id = :companyId';
const ofOwn = 'connection_id IN (:own)';
const people = '(SELECT id FROM users WHERE company_id = :companyId)';

/** Children before parents. A test compares the tables with the schema. */
export const companySteps: Step[] = [
  { table: 'report_reports', where: ofCompany },
  ...grandchildren.map(([table, column, parent]) => ({
    table,
    where: `${column} IN (SELECT id FROM ${parent} WHERE ${ofOwn})`,
  })),
  ...connectionTables.map((table) => ({ table, where: ofOwn })),
  // A connection above may hold records that are this company's.
  ...[...recordTables, 'metric_shares'].map((table) => ({ table, where: `connection_id IN (:shared) AND ${ofCompany}` })),
  ...[
    'franchise_keys',
    'admin_tasks',
    'portal_notes',
    'automation_runs',
    'message_templates',
    'sync_status_summaries',
    'integration_connections',
  ].map((table) => ({ table, where: ofCompany })),
  {
    table: 'integration_provider_accounts',
    where: `account_id IN (SELECT id FROM integration_accounts WHERE ${ofCompany})`,
  },
  { table: 'integration_accounts', where: ofCompany },
  { table: 'permission_grants', where: `${ofCompany} OR holder IN ${people}` },
  // The caller is the scope's first word; answers to the platform's own calls name the company in the path.
  {
    table: 'api_idempotency_keys',
    where: `SUBSTRING_INDEX(scope, ' ', 1) IN (SELECT id FROM api_keys WHERE ${ofCompany})
      OR SUBSTRING_INDEX(scope, ' ', 1) IN ${people} OR scope LIKE CONCAT('%', :companyId, '%')`,
  },
  { table: 'incident_alerts', where: `user_id IN ${people}` },
  ...['notice_channels', 'notice_settings', 'duty_members'].map((table) => ({ table, where: `user_id IN ${people}` })),
  { table: 'duty_rosters', where: ofCompany },
  { table: 'api_keys', where: `${ofCompany} OR user_id IN ${people}` },
  ...['sessions', 'sign_in_links', 'user_passwords'].map((table) => ({ table, where: `user_id IN ${people}` })),
  { table: 'users', where: ofCompany },
];

/** Deletes everything of a company but its audit log, its keys and its own row. */
export async function eraseCompanyRows(sequelize: Sequelize, erasing: Erasing, scope: ErasureScope): Promise<void> {
  const none = [''];
  const values = {
    companyId: scope.companyId,
    own: scope.own.length > 0 ? scope.own : none,
    shared: scope.shared.length > 0 ? scope.shared : none,
  };
  for (const step of companySteps) await deleteCounted(sequelize, erasing, { ...step, values });
}
