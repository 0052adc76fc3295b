import type { DataKey } from '../../keys/data-key.ts';
import type { Keyring } from '../../keys/keyring.ts';
import { scopes } from '../../keys/scopes.ts';
import { SealBroken } from '../../keys/seal.ts';

/** A seal over nothing, bound to facts, is a signature: somebody who may only write tables cannot make one. */
const nothing = Buffer.alloc(0);

/** With a key of `scopes.anchors`, whose versions are kept for good. */
export const sign = (key: DataKey, facts: string): Buffer => key.seal(facts, nothing);

/** `seal` is base64, `version` the key's. */
export async function isSigned(
  keyring: Keyring,
  facts: string,
  { seal, version }: { seal: string; version: number },
): Promise<boolean> {
  const key = await keyring.version(scopes.anchors, version);
  try {
    return key.open(facts, Buffer.from(seal, 'base64')).equals(nothing);
  } catch (error) {
    if (error instanceof SealBroken) return false;
    throw error;
  }
}
