/** What a rotation does to keys, in pages: each step may be repeated, by another process too. */
import { wrapCheck } from './check-master-keys.ts';
import type { KeyStore, WrappedKey } from './key-store.ts';
import { wrapNew } from './keyring.ts';
import { KeyUnavailable, type KeyPlace, type MasterKey } from './master-key.ts';

/** On whose word, and by which rotation: the audit log's entry stands in the transaction of the change. */
export interface KeyOrder {
  by: string;
  rotation: string;
}

/** The rows that a rotation changes. */
export interface KeyChangeStore extends KeyStore {
  /** Makes this master key the active one, known or new; what was active is `previous` from then on. Nothing when it is active. */
  activateMasterKey(key: { id: string; check: Buffer }, order: KeyOrder): Promise<void>;
  /** Keys that another master key has wrapped. */
  wrappedByOthers(masterKeyId: string, limit: number): Promise<WrappedKey[]>;
  /** Unless somebody else wrapped it anew meanwhile. */
  replaceWrapped(key: WrappedKey, was: WrappedKey): Promise<void>;
  /** Current keys that this rotation did not make. */
  notMadeBy(rotation: string, limit: number): Promise<KeyPlace[]>;
  /** The new key becomes current and the one before superseded, unless somebody was first. */
  supersede(key: WrappedKey, was: KeyPlace, rotation: string): Promise<void>;
  /** Puts the keys of before back in force, for a page of what the rotation made. Answers how many. */
  putBack(rotation: string, limit: number): Promise<number>;
  /** Forgets keys that seal nothing new, but for those that are kept for good. Answers how many. */
  retireSuperseded(order: KeyOrder): Promise<number>;
  /** Data keys that a previous master key wraps. */
  countWrappedByPrevious(): Promise<number>;
  retirePreviousMasterKeys(order: KeyOrder): Promise<void>;
}

export type KeyChanges = ReturnType<typeof createKeyChanges>;

export function createKeyChanges({ store, masterKeys }: { store: KeyChangeStore; masterKeys: MasterKey[] }) {
  const given = new Map(masterKeys.map((key) => [key.id, key]));
  const need = (id: string): MasterKey => {
    const key = given.get(id);
    if (key) return key;
    throw new KeyUnavailable(
      `The rotation needs the master key ${id}, which this process was not given (${[...given.keys()].join(' and ')}): start it ` +
        'again with the new key as MASTER_KEY and the old one as MASTER_KEY_PREVIOUS. The rotation goes on by itself then.',
    );
  };

  return {
    /** New data keys are wrapped by this master key from now on. Throws `KeyUnavailable` when it was not given. */
    async activateMasterKey(id: string, order: KeyOrder): Promise<void> {
      const known = (await store.masterKeys()).find((key) => key.id === id);
      await store.activateMasterKey({ id, check: known?.check ?? (await wrapCheck(need(id))) }, order);
    },
    /** Answers how many were changed; 0 when none is left. */
    async rewrapPage(masterKeyId: string, limit: number): Promise<number> {
      const to = need(masterKeyId);
      const page = await store.wrappedByOthers(masterKeyId, limit);
      for (const was of page) {
        const bytes = await need(was.masterKeyId).unwrap(was, was.wrapped);
        await store.replaceWrapped({ ...was, masterKeyId, wrapped: await to.wrap(was, bytes) }, was);
        bytes.fill(0);
      }
      return page.length;
    },
    async renewPage(rotation: string, limit: number): Promise<number> {
      const page = await store.notMadeBy(rotation, limit);
      for (const was of page) {
        const place = { scope: was.scope, version: await store.nextVersion(was.scope) };
        await store.supersede(await wrapNew(store, given, place), was, rotation);
      }
      return page.length;
    },
    putBackPage: (rotation: string, limit: number): Promise<number> => store.putBack(rotation, limit),
    /** The master key that is in force now. */
    async activeMasterKey(): Promise<string> {
      return (await store.masterKeys()).find(({ state }) => state === 'active')!.id;
    },
    /** Keys that must go before the rotation is through. */
    async countOld(kind: 'master' | 'data'): Promise<number> {
      return kind === 'master' ? store.countWrappedByPrevious() : 0;
    },
    /** Forgets what is no more needed. Only when nothing is sealed or wrapped with it: it cannot be undone. */
    async retire(kind: 'master' | 'data', order: KeyOrder): Promise<number> {
      if (kind === 'data') return store.retireSuperseded(order);
      await store.retirePreviousMasterKeys(order);
      return 1;
    },
  };
}
