import { keyVersion, open, seal, type SealScope } from '../seal.ts';
import type { TrafficDb } from './context.ts';

/** JSON as it is kept: sealed with the company's key when the setting says so. `keyVersion` is `null` for a plain one. */
export interface KeptJson {
  body: Buffer;
  keyVersion: number | null;
}

export function keepJson(db: TrafficDb, scope: Omit<SealScope, 'masterKey'>, value: unknown): KeptJson {
  const body = Buffer.from(JSON.stringify(value));
  if (!db.encryptPayloads) return { body, keyVersion: null };
  return { body: seal({ ...scope, masterKey: db.masterKey }, body), keyVersion };
}

export function openJson(db: TrafficDb, scope: Omit<SealScope, 'masterKey'>, kept: KeptJson): unknown {
  const plain = kept.keyVersion === null ? kept.body : open({ ...scope, masterKey: db.masterKey }, kept.body, kept.keyVersion);
  return JSON.parse(plain.toString());
}
