import { createSecretKey, hkdfSync } from 'node:crypto';
import type { KeyPlace, MasterKey } from './master-key.ts';
import { open, seal } from './seal.ts';

const binding = ({ scope, version }: KeyPlace) => `data key ${version} of ${scope}`;

/** A master key whose 32 bytes are given: from the environment, or from a file. */
export function localMasterKey(bytes: Buffer): MasterKey {
  if (bytes.length !== 32) throw new Error('The master key must have 32 bytes.');
  const derived = (purpose: string) => Buffer.from(hkdfSync('sha256', bytes, '', purpose, 32));
  // Not the key itself: it derives the keys of version 1, and one key should have one use.
  const wrapping = createSecretKey(derived('linkwright key wrapping'));
  return {
    id: `local:${derived('linkwright key id').toString('hex').slice(0, 16)}`,
    wrap: async (place, dataKey) => seal(wrapping, binding(place), dataKey),
    unwrap: async (place, wrapped) => open(wrapping, binding(place), wrapped),
    derive: (scope) => derived(`linkwright company key ${scope}`),
  };
}
