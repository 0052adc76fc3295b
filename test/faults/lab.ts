/** A stack to be broken: something to hold on each way from a process to whatever it talks with, and a server for each database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type RowDataPacket } from 'mysql2/promise';
import { startStack, type Stack, type Way } from '../harness/stack.ts';
import { startTcpLink, type TcpLink } from '../harness/tcp-link.ts';
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
  /** A way that may be cut, silenced or slowed down; there are some where the lab was asked for them. */
  link(way: Way): TcpLink;
  /** What the rows say, read past the stores. */
  rows<T>(part: Part, sql: string, values?: unknown[]): Promise<T[]>;
}

/** A point that is not reached within this time is a mistake of the scenario. */
const reachedWithinMs = 60_000;

interface LabOptions {
  env?: NodeJS.ProcessEnv;
  /** A link on every way; without them, statements to the databases alone pass something. */
  withLinks?: boolean;
  /** How much fits into the traffic database, where that shall have an end. */
  trafficMib?: number;
}

export async function startLab({ env = {}, withLinks = false, trafficMib }: LabOptions = {}): Promise<Lab> {
  const proxies = new Map<string, MysqlProxy>();
  const links = new Map<string, TcpLink>();
  const stack = await startStack({
    twoServers: true,
    // What only repair brings in order is not awaited for its usual five minutes.
    env: { RECONCILE_EVERY_S: '20', ...env },
    ...(trafficMib && {
      // One file for all tables, which grows no further. https://mariadb.com/docs/server/server-usage/storage-engines/innodb/innodb-system-variables
      trafficServerArgs: ['--innodb-file-per-table=0', `--innodb-data-file-path=ibdata1:12M:autoextend:max:${trafficMib}M`],
    }),
    async reach(url, way) {
      const name = nameOf(way);
      let reached = url;
      if (withLinks) {
        const { hostname: host, port } = new URL(url);
        const link = await startTcpLink({ host, port: Number(port) });
        links.set(name, link);
        reached = url.replace(`:${port}`, `:${link.port}`);
      }
      if (way.to !== 'app' && way.to !== 'traffic') return reached;
      const proxy = await startMysqlProxy(reached);
      proxies.set(name, proxy);
      return proxy.url;
    },
  });
  const pools = {
    app: createPool({ uri: stack.databases.app, timezone: 'Z' }),
    traffic: createPool({ uri: stack.databases.traffic, timezone: 'Z' }),
  };
  const hold = async (point: NamedPoint, provoke: () => Promise<unknown>): Promise<MysqlProxy> => {
    const proxy = proxies.get(nameOf({ from: point.of, to: point.part }))!;
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
    link(way) {
      const link = links.get(nameOf(way));
      if (!link) throw new Error(`There is no link from ${way.from} to ${way.to}.`);
      return link;
    },
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
      for (const each of [...proxies.values(), ...links.values()]) await each.close();
    },
  };
}

const nameOf = ({ from, to }: Way) => `${from} ${to}`;
