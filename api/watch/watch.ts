/**
 * The watch over silence, outside of Temporal: it notices connections that are stale, and that Temporal or its workers are away, and tells
 * people once for each episode. Every API process runs it; one holds the lease and looks, and another takes over when that one dies.
 */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { AppStores } from '../../db/app/stores/index.ts';
import {
  byCompany,
  judgeEpisodes,
  platformFindings,
  staleFinding,
  watchPolicy,
  type Finding,
  type WatchPolicy,
} from '../../domain/watch.ts';
import type { TellPeople } from './tell-people.ts';

export interface WatchOptions {
  stores: Pick<AppStores, 'watch' | 'tasks'>;
  log: Pick<Logger, 'info' | 'warn' | 'error'>;
  tellPeople: TellPeople;
  /** Throws when Temporal does not answer; else the queues that nobody serves. */
  unservedQueues(): Promise<string[]>;
  policy?: WatchPolicy;
  now?(): Date;
}

const name = 'freshness';
/** More than these at once is one outage, and the first of them tell of it. */
const staleMax = 1_000;
const taskSubject = (connectionId: string) => `${connectionId}:stale`;

export function startWatch(options: WatchOptions): { stop(): Promise<void> } {
  const { stores, log, tellPeople, policy = watchPolicy, now = () => new Date() } = options;
  const holder = `${process.pid}:${randomUUID().slice(0, 8)}`;
  const missed = { temporal: missing(), workers: missing() };

  async function look(): Promise<void> {
    const queues = await lookAtPlatform();
    if (!(await stores.watch.lead(name, holder, policy.leaseMs))) return;
    const stale = await stores.watch.stale(now(), staleMax);
    const found = [
      ...platformFindings({ temporalMissedMs: missed.temporal.ms(), workersMissedMs: missed.workers.ms(), queues }, policy),
      ...stale.map(staleFinding),
    ];
    const { begun, over } = judgeEpisodes(found, await stores.watch.episodes());
    for (const finding of begun) await begin(finding);
    for (const subject of over) await end(subject);
    await tellThoseWhoMust(found);
  }

  async function lookAtPlatform(): Promise<string[]> {
    try {
      const queues = await options.unservedQueues();
      missed.temporal.seen();
      if (queues.length === 0) missed.workers.seen();
      else missed.workers.away();
      return queues;
    } catch {
      missed.temporal.away();
      return [];
    }
  }

  async function begin(finding: Finding): Promise<void> {
    if (!(await stores.watch.begin(finding, now()))) return;
    const { subject, connection, sentence } = finding;
    log.warn(
      { event: 'watch', outcome: 'begun', subject, sentence: connection ? undefined : sentence },
      'the watch found something silent',
    );
    if (!connection) return;
    const { id: connectionId, companyId } = connection;
    await stores.tasks.open({ companyId, connectionId, cause: 'stale', subject: taskSubject(connectionId), sentence });
  }

  async function end(subject: string): Promise<void> {
    if (!(await stores.watch.end(subject))) return;
    log.info({ event: 'watch', outcome: 'over', subject }, 'what was silent is heard again');
    await stores.tasks.completeBySubject(
      taskSubject(subject),
      'The connection is fresh again, or should not deliver any more.',
      'engine',
    );
  }

  /** A try is claimed before it is made; one that reached nobody is made again later. */
  async function tellThoseWhoMust(found: Finding[]): Promise<void> {
    const open = new Map((await stores.watch.episodes()).map((episode) => [episode.subject, episode]));
    for (const group of byCompany(found)) {
      // Telling takes its time, and who lost the lease meanwhile leaves it to the next.
      if (!(await stores.watch.lead(name, holder, policy.leaseMs))) return;
      const claimed: Finding[] = [];
      for (const finding of group)
        if (open.has(finding.subject) && (await stores.watch.claimTelling(finding.subject, policy))) claimed.push(finding);
      if (claimed.length > 0) await tell(claimed, open.get(claimed[0]!.subject)!.openedAt);
    }
  }

  async function tell(findings: Finding[], openedAt: Date): Promise<void> {
    const { told, isQuiet, sentences } = await tellPeople(findings, openedAt);
    const subjects = findings.map(({ subject }) => subject);
    if (told > 0) for (const subject of subjects) await stores.watch.told(subject);
    const line = { event: 'watch', outcome: told > 0 ? 'told' : 'told_nobody', subjects, told, sentences };
    if (told > 0 || isQuiet) log.info(line, told > 0 ? 'people were told' : 'quiet hours: it is tried again');
    else log.error(line, 'nobody could be told; it is tried again');
  }

  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();
  const again = () => {
    running = look()
      .catch((error: unknown) => log.error({ err: error }, 'the watch could not look; it looks again'))
      .finally(() => {
        if (!stopped) timer = setTimeout(again, policy.everyMs);
      });
  };
  again();

  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
      // Another process need not wait for the lease to end.
      await stores.watch.stepDown(name, holder).catch(() => undefined);
    },
  };
}

/** Since when something has been away, on a clock that nobody sets. */
function missing() {
  let sinceMs: number | null = null;
  return {
    seen: () => void (sinceMs = null),
    away: () => void (sinceMs ??= performance.now()),
    ms: () => (sinceMs === null ? 0 : performance.now() - sinceMs + 1),
  };
}
