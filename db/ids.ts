import { TypeID, typeid } from 'typeid-js';
import { sha256 } from './hash.ts';

const prefixes = {
  company: 'comp',
  user: 'user',
  apiKey: 'key',
  grant: 'grant',
  session: 'sess',
  account: 'acct',
  providerAccount: 'pacc',
  token: 'tok',
  consent: 'cons',
  connection: 'conn',
  mapping: 'map',
  remap: 'remap',
  push: 'push',
  franchiseKey: 'fkey',
  job: 'job',
  run: 'run',
  runError: 'err',
  queueItem: 'item',
  replay: 'rpl',
  replayPreview: 'rpv',
  healthCheck: 'hc',
  template: 'tpl',
  delivery: 'dlv',
  fallback: 'fall',
  snapshot: 'snap',
  reconciliation: 'rec',
  card: 'card',
  note: 'note',
  report: 'rep',
  task: 'task',
  incident: 'inc',
  alert: 'alrt',
  erasure: 'era',
  anomaly: 'anom',
} as const;

/**
 * A new TypeID, for example `conn_01jd…`: it says what it is of, and ids sort by the time they were made. Its last characters, of those
 * that are random, may be given.
 */
export function newId(of: keyof typeof prefixes, ending = ''): string {
  const id = typeid(prefixes[of]).toString();
  return id.slice(0, id.length - ending.length) + ending;
}

/** Below all ids of things that were made at this time or later. https://github.com/jetify-com/typeid/tree/main/spec */
export function firstId(of: keyof typeof prefixes, at: Date): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(at.getTime(), 0, 6);
  return TypeID.fromUUIDBytes(prefixes[of], bytes).toString();
}

/** When an id was made, as it says itself. */
export const timeOf = (id: string): Date => new Date(Buffer.from(TypeID.fromString(id).toUUIDBytes()).readUIntBE(0, 6));

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

/** 60 bits of whatever asked for something, in the letters of a TypeID: what was made for it is found by the end of its id. */
export function endingOf(name: string): string {
  return [...sha256(name).subarray(0, 12)].map((byte) => alphabet[byte % 32]).join('');
}
