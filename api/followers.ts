/**
 * People who watch something change. It is looked at about once a second as long as anybody watches, once for all of them, and each is
 * told when it differs from what they were told before.
 */
import { EventEmitter, on } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError } from './errors.ts';

export interface FollowTimes {
  lookEveryMs: number;
  /** How often somebody for whom there is nothing new gets a beat: proxies cut off what is silent. */
  beatEveryMs: number;
  /** A browser comes back by itself then, and is let in as if it were new. */
  endAfterMs: number;
}
export const usualTimes: FollowTimes = { lookEveryMs: 1_000, beatEveryMs: 15_000, endAfterMs: 300_000 };

/** A browser opens six connections to a site over HTTP/1.1, and some must be left for everything else. */
const eachMax = 4;

interface Followed<Item> {
  /** Who follows the same thing shares the looks at it. */
  thing: string;
  look(): Promise<Item>;
  who: string;
  gone: AbortSignal;
}

export interface Followers {
  /**
   * What is seen, whenever it has changed; `null` is a beat. Throws what the first look throws. When a later one fails it ends, and
   * whoever asks again is told why.
   */
  follow<Item>(followed: Followed<Item>): AsyncGenerator<Item | null, void>;
  /** Ends everything that is followed, so that the server can close. */
  hangUp(): void;
}

interface Watched {
  told: EventEmitter;
  listeners: number;
  stop: AbortController;
}

export function createFollowers(times: FollowTimes = usualTimes): Followers {
  const watched = new Map<string, Watched>();
  const following = new Map<string, number>();
  const closing = new AbortController();

  function join(thing: string, look: () => Promise<unknown>): Watched {
    const entry = watched.get(thing) ?? begin(thing, look);
    entry.listeners += 1;
    return entry;
  }

  function begin(thing: string, look: () => Promise<unknown>): Watched {
    const entry = { told: new EventEmitter().setMaxListeners(0), listeners: 0, stop: new AbortController() };
    watched.set(thing, entry);
    const forget = () => watched.get(thing) === entry && watched.delete(thing);
    entry.stop.signal.addEventListener('abort', forget);
    keepLooking(entry, look).catch(() => {
      forget();
      entry.told.emit('end');
    });
    return entry;
  }

  async function keepLooking({ told, stop }: Watched, look: () => Promise<unknown>): Promise<never> {
    const signal = AbortSignal.any([stop.signal, closing.signal]);
    for (;;) {
      await sleep(times.lookEveryMs, undefined, { signal });
      told.emit('look', await look());
    }
  }

  function leave(entry: Watched): void {
    entry.listeners -= 1;
    if (entry.listeners === 0) entry.stop.abort();
  }

  function countIn(who: string): void {
    if (closing.signal.aborted) throw new ApiError(503, 'stopping', 'This process is stopping: ask again.', { retryAfterS: 1 });
    const count = following.get(who) ?? 0;
    if (count >= eachMax)
      throw new ApiError(429, 'too_many_requests', `You follow ${eachMax} things already: close a page that you do not need.`, {
        retryAfterS: 10,
      });
    following.set(who, count + 1);
  }

  function countOut(who: string): void {
    const count = following.get(who)! - 1;
    if (count === 0) following.delete(who);
    else following.set(who, count);
  }

  async function* heard<Item>({ thing, look, gone }: Followed<Item>): AsyncGenerator<Item | null, void> {
    const signal = AbortSignal.any([gone, closing.signal, AbortSignal.timeout(times.endAfterMs)]);
    const entry = join(thing, look);
    try {
      // Before the first look, so that nothing changes between that and the next unheard.
      const looks = on(entry.told, 'look', { signal, close: ['end'] });
      const first = await look();
      yield first;
      let [last, toldAt] = [JSON.stringify(first), Date.now()];
      for await (const [seen] of looks) {
        const text = JSON.stringify(seen);
        const isNews = text !== last;
        if (!isNews && Date.now() - toldAt < times.beatEveryMs) continue;
        yield isNews ? (seen as Item) : null;
        [last, toldAt] = [text, Date.now()];
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      leave(entry);
    }
  }

  return {
    async *follow(followed) {
      countIn(followed.who);
      try {
        yield* heard(followed);
      } finally {
        countOut(followed.who);
      }
    },
    hangUp: () => closing.abort(),
  };
}
