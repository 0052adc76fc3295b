import type { Logger } from 'pino';

/** Whose stored events wait. */
export interface WakeTarget {
  connectionId: string;
  companyId: string;
  providerKey: string;
}

/**
 * Wakes a connection's drain at most once in a window: at once for the first event, and once more for those that followed. A window
 * that was not quiet is followed by one twice as long, so that steady traffic costs one wake-up in the longest.
 */
export interface Waker {
  wake(target: WakeTarget): void;
  /** Sends what is still due, tries each once more, and stops. */
  stop(): Promise<void>;
}

export interface WakerOptions {
  send: (target: WakeTarget) => Promise<void>;
  windowMs: { first: number; max: number };
  retryMs: { first: number; max: number };
  log: Logger;
  failed?: () => void;
}

/** What the API uses: a lone event is not kept waiting, and steady traffic is seen within about a second. */
export const usualWindowMs = { first: 250, max: 1_000 };

interface Pending {
  target: WakeTarget;
  due: boolean;
  failures: number;
  windowMs: number;
  sending: Promise<void>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * A failed wake-up never fails a webhook: the events are stored, and the wake-up is tried again with growing pauses for as long as
 * the process lives.
 */
export function createWaker({ send, windowMs, retryMs, log, failed }: WakerOptions): Waker {
  const pending = new Map<string, Pending>();
  let stopped = false;

  function fire(entry: Pending): void {
    entry.due = false;
    entry.timer = undefined;
    entry.sending = send(entry.target).then(
      () => {
        entry.failures = 0;
        rest(entry, entry.windowMs);
        entry.windowMs = Math.min(2 * entry.windowMs, windowMs.max);
      },
      (error: unknown) => {
        failed?.();
        entry.due = true;
        entry.failures += 1;
        const waitMs = Math.min(retryMs.first * 2 ** (entry.failures - 1), retryMs.max);
        log.warn({ connectionId: entry.target.connectionId, failures: entry.failures, waitMs, err: error }, 'wake-up failed');
        rest(entry, waitMs);
      },
    );
  }

  /** Waits out the window, then sends what came meanwhile, or forgets the connection. */
  function rest(entry: Pending, waitMs: number): void {
    if (stopped) return;
    entry.timer = setTimeout(() => (entry.due ? fire(entry) : pending.delete(entry.target.connectionId)), waitMs);
    entry.timer.unref();
  }

  return {
    wake(target) {
      const waiting = pending.get(target.connectionId);
      if (waiting) {
        waiting.due = true;
        return;
      }
      const entry: Pending = {
        target,
        due: false,
        failures: 0,
        windowMs: windowMs.first,
        sending: Promise.resolve(),
        timer: undefined,
      };
      pending.set(target.connectionId, entry);
      fire(entry);
    },
    async stop() {
      stopped = true;
      for (const entry of pending.values()) clearTimeout(entry.timer);
      await Promise.all([...pending.values()].map((entry) => entry.sending));
      const due = [...pending.values()].filter((entry) => entry.due);
      for (const entry of due) fire(entry);
      await Promise.all(due.map((entry) => entry.sending));
      pending.clear();
    },
  };
}
