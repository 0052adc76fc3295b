/** Replaces keys and seals values again, page by page. An attempt that died goes on from its last heartbeat. */
import { Context, heartbeat } from '@temporalio/activity';
import type { SealedCursor, SealedPage } from '../db/sealed/store.ts';
import type { RotationKind, RotationPolicy } from '../domain/key-rotation.ts';
import type { ActivityDeps } from './deps.ts';

/** Where a walk over the sealed values of both databases is. */
export interface WalkProgress {
  database: 'app' | 'traffic';
  cursor: SealedCursor | null;
  old: number;
  resealed: number;
  broken: number;
}
export interface KeyStep {
  kind: RotationKind;
  /** Names the rotation in the rows of the keys that it makes. */
  rotation: string;
  /** The master key that wraps from now on; absent for data keys. */
  masterKeyId?: string;
}

const begun: WalkProgress = { database: 'app', cursor: null, old: 0, resealed: 0, broken: 0 };

/** Who puts keys into force: the rotation itself, which a person began. */
const engine = 'engine';

export function keyRotationActivities({ app, traffic, keys }: ActivityDeps) {
  async function walk(
    look: (database: WalkProgress['database'], cursor: SealedCursor | null) => Promise<SealedPage>,
    from: WalkProgress,
    workForMs: number,
  ): Promise<{ progress: WalkProgress; isThrough: boolean }> {
    const { info, cancellationSignal } = Context.current();
    let progress = (info.heartbeatDetails as WalkProgress | undefined) ?? from;
    const until = Date.now() + workForMs;
    for (;;) {
      const { next, old, resealed, broken } = await look(progress.database, progress.cursor);
      const isThrough = next === null && progress.database === 'traffic';
      progress = {
        database: next === null ? 'traffic' : progress.database,
        cursor: next,
        old: progress.old + old,
        resealed: progress.resealed + resealed,
        broken: progress.broken + broken,
      };
      if (isThrough) return { progress, isThrough };
      heartbeat(progress);
      cancellationSignal.throwIfAborted();
      if (Date.now() >= until) return { progress, isThrough };
    }
  }

  const sealed = { app: app.sealed, traffic: traffic.sealed };

  return {
    /** Which master key a reverse goes back to. */
    async beginRotation({ kind, rotation, masterKeyId }: KeyStep): Promise<{ masterKeyBefore: string }> {
      const masterKeyBefore = await keys.activeMasterKey();
      if (kind === 'master') await keys.activateMasterKey(masterKeyId!, { by: engine, rotation });
      return { masterKeyBefore };
    },

    /** Answers how many keys were changed in this turn, and whether any is left. */
    async changeKeys(
      input: KeyStep & { back: boolean; policy: RotationPolicy },
    ): Promise<{ changed: number; isThrough: boolean }> {
      const { kind, rotation, masterKeyId, back, policy } = input;
      const { info, cancellationSignal } = Context.current();
      let changed = (info.heartbeatDetails as number | undefined) ?? 0;
      const until = Date.now() + policy.workForMs;
      if (kind === 'master' && back) await keys.activateMasterKey(masterKeyId!, { by: engine, rotation });
      for (;;) {
        const inPage =
          kind === 'master'
            ? await keys.rewrapPage(masterKeyId!, keyPageSize)
            : await (back ? keys.putBackPage : keys.renewPage)(rotation, keyPageSize);
        changed += inPage;
        if (inPage === 0) return { changed, isThrough: true };
        heartbeat(changed);
        cancellationSignal.throwIfAborted();
        if (Date.now() >= until) return { changed, isThrough: false };
      }
    },

    /** One turn of a pass that seals every old value again. */
    resealValues: ({ policy, progress }: { policy: RotationPolicy; progress?: WalkProgress }) =>
      walk((database, cursor) => sealed[database].resealPage(cursor, policy.pageSize), progress ?? begun, policy.workForMs),

    /** Looks at every value. Answers how much still stands in the way of retiring: values, and data keys. */
    async countOld({ kind, policy }: { kind: RotationKind; policy: RotationPolicy }): Promise<{ values: number; keys: number }> {
      const { progress } = await walk(
        (database, cursor) => sealed[database].countPage(cursor, policy.pageSize),
        begun,
        Number.POSITIVE_INFINITY,
      );
      return { values: progress.old, keys: await keys.countOld(kind) };
    },

    /** Cannot be undone. */
    async retireKeys({ kind, rotation, by }: KeyStep & { by: string }): Promise<{ retired: number }> {
      return { retired: await keys.retire(kind, { by, rotation }) };
    },
  };
}

/** Each key may be a call to a key service, and the heartbeat must not wait for many. */
const keyPageSize = 50;
