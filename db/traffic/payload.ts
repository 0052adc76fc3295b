import type { DataKey } from '../../keys/data-key.ts';
import type { TrafficDb } from './context.ts';

/** JSON as it is kept: sealed with the company's key when the setting says so. `keyVersion` is `null` for a plain one. */
export interface KeptJson {
  body: Buffer;
  keyVersion: number | null;
}

/** Keeps JSON of these companies. Their keys are fetched once, so that keeping many values waits for nothing. */
export async function jsonKeeper({ keyring, encryptPayloads }: TrafficDb, companyIds: Iterable<string>) {
  const keys = new Map<string, DataKey>();
  if (encryptPayloads) for (const companyId of new Set(companyIds)) keys.set(companyId, await keyring.current(companyId));
  return (companyId: string, boundTo: string, value: unknown): KeptJson => {
    const body = Buffer.from(JSON.stringify(value));
    const key = keys.get(companyId);
    return key ? { body: key.seal(boundTo, body), keyVersion: key.version } : { body, keyVersion: null };
  };
}

export async function openJson({ keyring }: TrafficDb, companyId: string, boundTo: string, kept: KeptJson): Promise<unknown> {
  if (kept.keyVersion === null) return JSON.parse(kept.body.toString());
  const key = await keyring.version(companyId, kept.keyVersion);
  return JSON.parse(key.open(boundTo, kept.body).toString());
}
