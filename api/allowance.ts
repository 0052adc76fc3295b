import type { Look, Take } from '../db/app/stores/allowances.ts';

/** What a process may serve by itself. */
export interface LocalAllowance {
  /** Spends one. Answers 0, or the milliseconds until there are more. */
  spend(who: string): Promise<number>;
  /** The milliseconds until there are more, when this process knows that none is left; else 0. Asks nobody. */
  knownWaitMs(who: string): number;
}

interface Kept {
  left: number;
  /** Whether the database said that there are no more. */
  isSpent: boolean;
  endsAtMs: number;
}

/** What is kept of callers at most; one that is dropped is asked for again. */
const keptMax = 50_000;

/**
 * Takes from the shared allowance in blocks of a twentieth and serves a block from memory, so that a request seldom waits for the
 * database. Over all processes never more than the allowance is served in a window; up to a block for each process may stay unused.
 */
export function createLocalAllowance(take: Take, max: number): LocalAllowance {
  const block = Math.max(1, Math.floor(max / 20));
  const kept = new Map<string, Kept>();
  const asked = new Map<string, Promise<void>>();

  const find = (who: string) => {
    const found = kept.get(who);
    return found && Date.now() < found.endsAtMs ? found : undefined;
  };

  async function ask(who: string): Promise<void> {
    const { granted, endsInMs } = await take(who, block);
    makeRoom(kept);
    kept.set(who, { left: granted, isSpent: granted === 0, endsAtMs: Date.now() + endsInMs });
  }

  function knownWaitMs(who: string): number {
    const found = find(who);
    return found?.isSpent ? Math.max(1, found.endsAtMs - Date.now()) : 0;
  }

  return {
    knownWaitMs,
    async spend(who) {
      for (;;) {
        const found = find(who);
        if (found && found.left > 0) {
          found.left -= 1;
          return 0;
        }
        if (found?.isSpent) return knownWaitMs(who);
        // Requests that come together share one block.
        const asking = asked.get(who) ?? ask(who).finally(() => asked.delete(who));
        asked.set(who, asking);
        await asking;
      }
    },
  };
}

/** How long an answer that there are more is believed. */
const lookEveryMs = 2_000;

/**
 * The milliseconds until there are more, when the processes together have left none; else 0. One look at the database for each who in
 * two seconds, so that a caller who asks often does not wait for it.
 */
export function createSharedLook(look: Look, everyMs = lookEveryMs): Look {
  const seen = new Map<string, { isSpent: boolean; endsAtMs: number }>();
  const looking = new Map<string, Promise<void>>();

  async function lookNow(who: string): Promise<void> {
    const waitMs = await look(who);
    makeRoom(seen);
    seen.set(who, { isSpent: waitMs > 0, endsAtMs: Date.now() + (waitMs || everyMs) });
  }

  return async (who) => {
    for (;;) {
      const found = seen.get(who);
      const leftMs = found ? found.endsAtMs - Date.now() : 0;
      if (leftMs > 0) return found!.isSpent ? leftMs : 0;
      // Requests that come together share one look.
      const asking = looking.get(who) ?? lookNow(who).finally(() => looking.delete(who));
      looking.set(who, asking);
      await asking;
    }
  };
}

function makeRoom(kept: Map<string, { endsAtMs: number }>): void {
  if (kept.size < keptMax) return;
  const now = Date.now();
  for (const [who, { endsAtMs }] of kept) if (endsAtMs <= now) kept.delete(who);
  if (kept.size >= keptMax) kept.clear();
}
