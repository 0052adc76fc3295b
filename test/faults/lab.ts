/** A stack to be broken: a proxy on each way from a process to a database, and a server for each database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type RowDataPacket } from 'mysql2/promise';
import { startStack, type Stack } from '../harness/stack.ts';
import { startMysqlProxy, type MysqlProxy, type Point } from './mysql-proxy.ts';

export type Part = 'app' | 'traffic';
export type Victim = 'api' | 'workers' | 'spare';
/** A named point: whose talk with which database. */
export interface NamedPoint extends Point {
  of: Victim;
  part: Part;
}

export interface Lab extends Stack {
  /**
   * Kills the process at the point: `provoke` makes it come there. Resolves when it is dead; starting it again is the caller's.
   */
  killAt(point: NamedPoint, provoke: () => Promise<unknown>): Promise<void>;
  /** Holds the process at the point. Resolves when it is held, with what lets it go on; everything else of it goes on meanwhile. */
  holdAt(point: NamedPoint, provoke: () => Promise<unknown>): Promise<() => void>;
  /** What the rows say, read past the stores. */
  rows<T>(part: Part, sql: string, values?: unknown[]): Promise<T[]>;
}

/** A point that is not reached within this time is a mistake of the scenario. */
const reachedWithinMs = 60_000;

export async function startLab({ env = {} }: { env?: NodeJS.ProcessEnv } = {}): Promise<Lab> {
  const proxies = new Map<string, MysqlProxy>();
  const stack = await startStack({
    twoServers: true,
    // What only repair brings in order is not awaited for its usual five minutes.
    env: { RECONCILE_EVERY_S: '20', ...env },
    async databaseUrl(url, { service, part }) {
      const proxy = await startMysqlProxy(url);
      proxies.set(`${service} ${part}`, proxy);
      return proxy.url;
    },
  });
  const pools = {
    app: createPool({ uri: stack.databases.app, timezone: 'Z' }),
    traffic: createPool({ uri: stack.databases.traffic, timezone: 'Z' }),
  };
  const hold = async (point: NamedPoint, provoke: () => Promise<unknown>): Promise<MysqlProxy> => {
    const proxy = proxies.get(`${point.of} ${point.part}`)!;
    const reached = proxy.reached(point);
    const provoked = provoke();
    provoked.catch(() => undefined); // whoever provoked it may be cut off by a kill
    const timeout = sleep(reachedWithinMs, 'late' as const, { ref: false });
    if ((await Promise.race([reached, timeout])) !== 'late') return proxy;
    proxy.release();
    throw new Error(`${point.of} never came to ${String(point.statement)}${point.commit ? ' and its COMMIT' : ''}.`);
  };
  return {
    ...stack,
    async rows<T>(part: Part, sql: string, values: unknown[] = []) {
      const [rows] = await pools[part].query<RowDataPacket[]>(sql, values);
      return rows as T[];
    },
    async killAt(point, provoke) {
      const proxy = await hold(point, provoke);
      try {
        await stack[point.of].kill('SIGKILL');
        proxy.drop();
      } finally {
        proxy.release();
      }
    },
    async holdAt(point, provoke) {
      const proxy = await hold(point, provoke);
      return () => proxy.release();
    },
    async stop() {
      await Promise.all([pools.app.end(), pools.traffic.end()]);
      await stack.stop();
      for (const proxy of proxies.values()) await proxy.close();
    },
  };
}
