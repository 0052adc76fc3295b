import { erasedMark } from '../../../domain/person.ts';
import type { PersonRule } from '../../erasure/person-rows.ts';

const cleared = { content_hash: `UNHEX(REPEAT('00', 32))`, erased_at: 'UTC_TIMESTAMP(3)' };

/** A test compares the columns with the schema: one that may hold text of people is here, or says there why it is not. */
export const personRules: PersonRule[] = [
  {
    table: 'messages',
    per: 'connection',
    isRecord: true,
    addresses: { from_address: 'NULL', to_address: 'NULL' },
    cleared: { body: 'NULL', ...cleared },
    texts: ['body'],
  },
  {
    table: 'contacts',
    per: 'connection',
    isRecord: true,
    addresses: { email: 'NULL', phone: 'NULL' },
    cleared: { name: 'NULL', email: 'NULL', phone: 'NULL', organisation: 'NULL', ...cleared },
    texts: ['name', 'organisation'],
  },
  { table: 'deals', per: 'connection', isRecord: true, texts: ['title'] },
  { table: 'record_owners', per: 'connection', texts: ['name'] },
  { table: 'record_pushes', per: 'connection', texts: ['wanted', 'seen', 'sentence'] },
  { table: 'work_orders', per: 'connection', isRecord: true, texts: ['title'] },
  { table: 'appointments', per: 'connection', isRecord: true, texts: ['title', 'location'] },
  {
    // One under way needs its address: it is cleared when it has ended.
    table: 'message_deliveries',
    per: 'connection',
    where: `connection_id = :connectionId AND status NOT IN ('queued', 'sending', 'ambiguous')`,
    addresses: { to_address: `''` },
    cleared: { body: `''`, variables: `'{}'`, sentence: 'NULL' },
    texts: ['body', 'variables', 'sentence'],
  },
  {
    // The sealed words of others that mention the person are looked through in erase-person.ts.
    table: 'message_fallbacks',
    per: 'connection',
    addresses: { to_address: `''` },
    cleared: { words: 'NULL', key_version: 'NULL' },
  },
  {
    table: 'integration_sync_errors',
    per: 'connection',
    where: 'run_id IN (SELECT id FROM integration_sync_runs WHERE connection_id = :connectionId)',
    texts: ['sentence'],
  },
  {
    table: 'incident_alerts',
    per: 'connection',
    where: 'incident_id IN (SELECT id FROM escalations WHERE connection_id = :connectionId)',
    texts: ['sentence'],
  },
  { table: 'integration_sync_runs', per: 'connection', texts: ['sentence'] },
  { table: 'integration_remaps', per: 'connection', texts: ['sentence'] },
  { table: 'integration_replays', per: 'connection', texts: ['sentence'] },
  { table: 'integration_error_queue', per: 'connection', texts: ['sentence', 'note'] },
  { table: 'integration_health_checks', per: 'connection', texts: ['sentence'] },
  { table: 'integration_circuits', per: 'connection', key: 'connection_id', texts: ['reason'] },
  { table: 'watch_episodes', per: 'connection', key: 'subject', texts: ['sentence'] },
  { table: 'integration_anomalies', per: 'connection', texts: ['reason'] },
  { table: 'integration_settings', per: 'connection', key: 'connection_id', texts: ['next_action'] },
  { table: 'integration_tokens', per: 'connection', texts: ['lost_reason'] },
  { table: 'escalations', per: 'connection', texts: ['sentence', 'note'] },
  { table: 'metric_snapshots', per: 'connection', texts: ['reason'] },
  { table: 'portal_cards', per: 'connection', texts: ['next_action', 'explanation'] },
  { table: 'integration_connections', per: 'company', texts: ['label', 'reason', 'state_reason'] },
  { table: 'admin_tasks', per: 'company', texts: ['sentence', 'note'] },
  { table: 'portal_notes', per: 'company', texts: ['body', 'action'] },
  { table: 'automation_runs', per: 'company', texts: ['sentence'] },
  { table: 'message_templates', per: 'company', texts: ['name', 'body'] },
  { table: 'permission_grants', per: 'company', texts: ['reason'] },
  { table: 'api_keys', per: 'company', texts: ['label'] },
  { table: 'erasures', per: 'company', texts: ['reason'] },
  {
    // Whoever may still sign in is refused before: they are disabled first.
    table: 'users',
    per: 'company',
    where: 'company_id = :companyId AND disabled_at IS NOT NULL',
    addresses: { email: `''`, phone: 'NULL' },
    cleared: { name: `'${erasedMark}'`, email: `''`, phone: 'NULL', token_issuer: 'NULL', token_subject: 'NULL' },
    texts: ['name'],
  },
  {
    // After `users`: the same people, whom no password lets in any more.
    table: 'user_passwords',
    per: 'company',
    key: 'user_id',
    where: 'user_id IN (SELECT id FROM users WHERE company_id = :companyId AND disabled_at IS NOT NULL)',
    addresses: { login: 'user_id' },
    cleared: { hash: `''` },
  },
];
