import type { AppDb } from './context.ts';
import type { TokenRow } from './models/connections.ts';
import { tokenBinding } from './stores/credentials.ts';

type Sealed = Pick<TokenRow, 'id' | 'connectionId' | 'companyId'>;

/** Credentials as their row keeps them: sealed with the company's key and bound to row and connection. */
export async function sealValues({ keyring }: AppDb, row: Sealed, values: Record<string, string>) {
  const key = await keyring.current(row.companyId);
  return { ciphertext: key.seal(tokenBinding(row), Buffer.from(JSON.stringify(values))), keyVersion: key.version };
}

export async function openValues(
  { keyring }: AppDb,
  row: Sealed & { ciphertext: Buffer; keyVersion: number },
): Promise<Record<string, string>> {
  const key = await keyring.version(row.companyId, row.keyVersion);
  return JSON.parse(key.open(tokenBinding(row), row.ciphertext).toString()) as Record<string, string>;
}
