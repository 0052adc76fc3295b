import { createSecretKey, randomBytes } from 'node:crypto';
import type { FirstVersionSample, KeyStore, KnownMasterKey } from './key-store.ts';
import { KeyUnavailable, type MasterKey } from './master-key.ts';
import { open } from './seal.ts';

/** The data cannot be opened with the keys that were given. Nothing was changed. */
export class WrongMasterKey extends Error {
  override name = 'WrongMasterKey';
}

const checkPlace = { scope: 'check', version: 0 };

/** A known value under this key; the start of every process unwraps it. */
export const wrapCheck = (key: MasterKey): Promise<Buffer> => key.wrap(checkPlace, randomBytes(32));

/**
 * Refuses to go on unless every master key that the data still needs was given. The first start of all writes the check row of the
 * key that it was given; nothing else is ever written here.
 */
export async function checkMasterKeys(store: KeyStore, given: MasterKey[]): Promise<void> {
  if ((await store.masterKeys()).length === 0) await registerFirst(store, given);
  for (const known of await store.masterKeys()) {
    if (known.state === 'retired') continue;
    const key = given.find(({ id }) => id === known.id);
    if (!key) throw missing(known, given);
    await key.unwrap(checkPlace, known.check).catch((error: unknown) => {
      if (error instanceof KeyUnavailable) throw error;
      throw new WrongMasterKey(
        `The master key ${key.id} does not open the check value that it once wrapped: the row in master_keys was changed, or ` +
          'the key service holds another key under this name. Nothing was changed. Restore the row from a backup.',
      );
    });
  }
}

async function registerFirst(store: KeyStore, given: MasterKey[]): Promise<void> {
  const sample = await store.firstVersionSample();
  const first = sample ? given.find((key) => derives(key, sample)) : given[0];
  if (!first)
    throw new WrongMasterKey(
      `The stored credentials do not open with ${listed(given)}. Nothing was changed. Set MASTER_KEY to the key that sealed them ` +
        '(or MASTER_KEY_PREVIOUS, when they are to move to another key); without it they are lost.',
    );
  await store.addFirstMasterKey({ id: first.id, check: await wrapCheck(first), derivesFirst: first.derive !== undefined });
}

function derives({ derive }: MasterKey, { scope, boundTo, sealed }: FirstVersionSample): boolean {
  if (!derive) return false;
  try {
    open(createSecretKey(derive(scope)), boundTo, sealed);
    return true;
  } catch {
    return false;
  }
}

function missing({ id, state }: KnownMasterKey, given: MasterKey[]): WrongMasterKey {
  return new WrongMasterKey(
    `The data keys are wrapped with the master key ${id}, and what was given is ${listed(given)}. Nothing was changed. ` +
      (state === 'active'
        ? 'Set MASTER_KEY to that key (or MASTER_KEY_PREVIOUS, when a rotation is to replace it); without it everything sealed is lost.'
        : 'Set MASTER_KEY_PREVIOUS to that key until it is retired (POST /v1/key-rotation/retire).'),
  );
}

const listed = (given: MasterKey[]) => given.map(({ id }) => id).join(' and ');
