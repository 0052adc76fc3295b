import { typeid } from 'typeid-js';

const prefixes = {
  company: 'comp',
  user: 'user',
  apiKey: 'key',
  grant: 'grant',
  account: 'acct',
  providerAccount: 'pacc',
  token: 'tok',
  consent: 'cons',
  connection: 'conn',
  mapping: 'map',
  remap: 'remap',
  franchiseKey: 'fkey',
  job: 'job',
  run: 'run',
  runError: 'err',
  queueItem: 'item',
  healthCheck: 'hc',
  template: 'tpl',
  delivery: 'dlv',
  snapshot: 'snap',
  reconciliation: 'rec',
  card: 'card',
  note: 'note',
  report: 'rep',
  task: 'task',
  incident: 'inc',
  alert: 'alrt',
  erasure: 'era',
} as const;

/** A new TypeID, for example `conn_01jd…`: it says what it is of, and ids sort by the time they were made. */
export function newId(of: keyof typeof prefixes): string {
  return typeid(prefixes[of]).toString();
}
