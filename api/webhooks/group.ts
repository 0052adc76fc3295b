/**
 * Joins concurrent requests into one commit: while one commit runs, the next group gathers. A lone request is committed at once,
 * and a hundred that come together cost one transaction. `add` answers after the commit that holds its rows, never before.
 */
export interface Group<Row> {
  add(rows: Row[]): Promise<void>;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
}

export interface GroupOptions<Row> {
  commit: (rows: Row[]) => Promise<void>;
  rowsMax: number;
  /** Whether a failed commit says nothing about its rows, so that trying each request alone would be of no use. */
  isOutage: (error: unknown) => boolean;
  waiting?: (requests: number) => void;
  committed?: (requests: number) => void;
}

interface Waiter<Row> {
  rows: Row[];
  done(): void;
  failed(error: unknown): void;
}

export function createGroup<Row>({ commit, rowsMax, isOutage, waiting, committed }: GroupOptions<Row>): Group<Row> {
  let queue: Waiter<Row>[] = [];
  let running: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (queue.length > 0) await settle(take());
    running = undefined;
  }

  /** The oldest requests that fit; a request is never split, so at least one is taken. */
  function take(): Waiter<Row>[] {
    let rows = 0;
    const over = queue.findIndex(({ rows: own }, index) => (rows += own.length) > rowsMax && index > 0);
    const taken = over === -1 ? queue : queue.slice(0, over);
    queue = queue.slice(taken.length);
    waiting?.(queue.length);
    return taken;
  }

  async function settle(waiters: Waiter<Row>[]): Promise<void> {
    try {
      await commit(waiters.flatMap(({ rows }) => rows));
      committed?.(waiters.length);
      for (const waiter of waiters) waiter.done();
    } catch (error) {
      if (waiters.length === 1 || isOutage(error)) for (const waiter of waiters) waiter.failed(error);
      // One row that the database refuses must not take its neighbours along.
      else for (const waiter of waiters) await settle([waiter]);
    }
  }

  return {
    add(rows) {
      return new Promise((resolve, reject) => {
        queue.push({ rows, done: resolve, failed: reject });
        waiting?.(queue.length);
        // A turn of the event loop lets requests that have already arrived join the first commit.
        running ??= new Promise<void>((turn) => setImmediate(turn)).then(drain);
      });
    },
    async idle() {
      while (running) await running;
    },
  };
}
