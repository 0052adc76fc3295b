/**
 * The keys that values are sealed with. Every scope (a company, or one of `scopes`) has data keys of its own: random, wrapped by a
 * master key, kept in the app database, unwrapped into memory when first used. A key is used without another look for a few
 * seconds, so that sealing costs no call, and a rotation by another process is noticed soon.
 */
import { randomBytes } from 'node:crypto';
import { checkMasterKeys } from './check-master-keys.ts';
import { dataKey, type DataKey } from './data-key.ts';
import type { KeyStore, WrappedKey } from './key-store.ts';
import { KeyGone, KeyUnavailable, type KeyPlace, type MasterKey } from './master-key.ts';

export interface Keyring {
  /** The master key that this process was given as the one in force; a rotation moves to it. */
  readonly masterKeyId: string;
  /** The key that seals new values of the scope; the first use makes one. Take it before a transaction, not within. */
  current(scope: string): Promise<DataKey>;
  /** The key that sealed a value, by the version that its row keeps. Throws `KeyGone` when it is there no more. */
  version(scope: string, version: number): Promise<DataKey>;
}

export interface KeyringOptions {
  store: KeyStore;
  /** The one in force, then those that a rotation replaces. */
  masterKeys: MasterKey[];
  /** How long the current key of a scope is used without another look. */
  keepMs?: number;
  /** Scopes whose keys are held at most; the one used longest ago gives way. */
  scopesMax?: number;
}

/** After this long every process uses a scope's new current key. */
export const usualKeepMs = 5_000;

/** The derived keys of older releases are version 1, so the first wrapped one of a scope is this. */
export const firstWrappedVersion = 2;

interface Kept {
  current?: { key: Promise<DataKey>; readAt: number };
  versions: Map<number, Promise<DataKey>>;
}

/** Throws `WrongMasterKey` before anything is written, when the data needs a key that was not given. */
export async function openKeyring(options: KeyringOptions): Promise<Keyring> {
  await checkMasterKeys(options.store, options.masterKeys);
  return keyring(options);
}

function keyring({ store, masterKeys, keepMs = usualKeepMs, scopesMax = 10_000 }: KeyringOptions): Keyring {
  const held = new Map<string, Kept>();
  const given = new Map(masterKeys.map((key) => [key.id, key]));

  function keptOf(scope: string): Kept {
    const kept = held.get(scope) ?? { versions: new Map<number, Promise<DataKey>>() };
    // A map remembers the order of insertion: the first is the one that was used longest ago.
    held.delete(scope);
    held.set(scope, kept);
    if (held.size > scopesMax) held.delete(held.keys().next().value!);
    return kept;
  }

  /** One look for all who ask at once; a look that failed is forgotten. */
  function keepVersion(kept: Kept, version: number, look: () => Promise<DataKey>): Promise<DataKey> {
    const known = kept.versions.get(version);
    if (known) return known;
    const looked = look();
    kept.versions.set(version, looked);
    looked.catch(() => kept.versions.delete(version));
    return looked;
  }

  async function unwrapped(key: WrappedKey): Promise<DataKey> {
    const masterKey = given.get(key.masterKeyId);
    if (!masterKey)
      throw new KeyUnavailable(
        `The key of ${key.scope} is wrapped with the master key ${key.masterKeyId}, which this process was not given: ` +
          'start it again with that key as MASTER_KEY or MASTER_KEY_PREVIOUS.',
      );
    return dataKey(key.version, await masterKey.unwrap(key, key.wrapped));
  }

  async function find(place: KeyPlace): Promise<DataKey> {
    if (place.version < firstWrappedVersion) return dataKey(place.version, await derived(place.scope));
    const found = await store.find(place);
    if (!found)
      throw new KeyGone(`Version ${place.version} of the key of ${place.scope} is not there: it was retired or destroyed.`);
    return unwrapped(found);
  }

  async function derived(scope: string): Promise<Buffer> {
    const known = (await store.masterKeys()).find(({ derivesFirst }) => derivesFirst);
    const derive = known && given.get(known.id)?.derive;
    if (!derive)
      throw new KeyUnavailable(
        `A value of ${scope} was sealed by an older release with a key derived from ${known?.id ?? 'a master key'}, which this ` +
          'process was not given: start it again with that key as MASTER_KEY_PREVIOUS.',
      );
    return derive(scope);
  }

  async function readCurrent(scope: string, kept: Kept): Promise<DataKey> {
    const row = (await store.current(scope)) ?? (await addFirst(scope));
    return keepVersion(kept, row.version, () => unwrapped(row));
  }

  async function addFirst(scope: string): Promise<WrappedKey> {
    const place = { scope, version: await store.nextVersion(scope) };
    await store.addFirst(await wrapNew(store, given, place));
    return (await store.current(scope))!;
  }

  return {
    masterKeyId: masterKeys[0]!.id,
    current(scope) {
      const kept = keptOf(scope);
      if (kept.current && Date.now() - kept.current.readAt < keepMs) return kept.current.key;
      const current = { key: readCurrent(scope, kept), readAt: Date.now() };
      kept.current = current;
      current.key.catch(() => {
        if (kept.current === current) delete kept.current;
      });
      return current.key;
    },
    version(scope, version) {
      return keepVersion(keptOf(scope), version, () => find({ scope, version }));
    },
  };
}

/** A new random key for a place, wrapped by the master key that is active now. */
export async function wrapNew(store: KeyStore, given: Map<string, MasterKey>, place: KeyPlace): Promise<WrappedKey> {
  const active = (await store.masterKeys()).find(({ state }) => state === 'active');
  const masterKey = active && given.get(active.id);
  if (!masterKey)
    throw new KeyUnavailable(
      `New keys are wrapped with the master key ${active?.id}, which this process was not given: start it again with it.`,
    );
  const bytes = randomBytes(32);
  const wrapped = await masterKey.wrap(place, bytes);
  bytes.fill(0);
  return { ...place, masterKeyId: masterKey.id, wrapped };
}
