/** Another attempt at items of the error queue, by kind: see the table of kinds in the domain. */
import { ApplicationFailure } from '@temporalio/activity';
import { kindsOfWork, type QueueKind } from '../domain/failed-work.ts';
import { isFailureCode } from '../domain/failure.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { QueueItem } from '../db/app/stores/error-queue.ts';
import { applyBatch } from './apply-batch.ts';
import { askAgainMs, awayForMs } from './circuits.ts';
import { refOf, type ActivityDeps } from './deps.ts';
import { jobOfPage } from './failed-page.ts';

/** A run may take long; if it is lost, the page is due again. */
const runWithinMs = 30 * 60_000;

type Retry = (deps: ActivityDeps, connection: Connection, items: QueueItem[]) => Promise<void>;

const retryBy: Record<(typeof kindsOfWork)[QueueKind]['retriedBy'], Retry> = {
  event: retryEvents,
  run: retryPages,
  push: retryPushes,
  person: (deps, _connection, items) => leaveToPerson(deps, items),
};

/**
 * Each is settled, or counts another failed attempt. What they wait for fails is told in the queue, not thrown; an outage of ours is thrown,
 * and the whole may be repeated.
 */
export async function retryItems(deps: ActivityDeps, connection: Connection, items: QueueItem[]): Promise<void> {
  const { id: connectionId } = connection;
  for (const kind of new Set(items.map((item) => item.kind))) {
    const ofKind = items.filter((item) => item.kind === kind);
    try {
      await retryBy[kindsOfWork[kind].retriedBy](deps, connection, ofKind);
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || !isFailureCode(error.type)) throw error;
      // The provider said when, or it is away.
      const { type: code, nextRetryDelay } = error;
      const delayMs =
        typeof nextRetryDelay === 'number' ? nextRetryDelay : await awayForMs(deps.app.circuits, { connectionId, code });
      if (delayMs !== null) {
        await postpone(deps, ofKind, delayMs);
        continue;
      }
      for (const item of ofKind)
        await deps.app.errorQueue.put({ ...item, code: error.type, sentence: error.message, mend: undefined });
    }
  }
}

const postpone = ({ app, now }: ActivityDeps, items: QueueItem[], delayMs: number): Promise<void> =>
  app.queueRetries.postpone(
    items.map(({ id }) => id),
    new Date(now().getTime() + delayMs),
  );

/** In the order in which the events came. One that was applied meanwhile has nothing left to do. */
async function retryEvents(deps: ActivityDeps, connection: Connection, items: QueueItem[]): Promise<void> {
  const { app, traffic } = deps;
  const kept = await traffic.events.byIds(
    connection.id,
    items.flatMap(({ rawEventId }) => rawEventId ?? []),
  );
  const done = kept.filter(({ state }) => state === 'applied' || state === 'ignored').map(({ id }) => id);
  await app.errorQueue.settle({ connectionId: connection.id, rawEventIds: done });
  const open = kept.filter(({ id }) => !done.includes(id)).flatMap(({ event }) => event ?? []);
  const there = new Set([...done, ...open.map(({ id }) => id)]);
  const gone = items.filter(({ rawEventId }) => rawEventId === null || !there.has(rawEventId));
  await app.queueRetries.giveUp(
    gone.map(({ id }) => id),
    'What came is past its retention and cannot be applied any more. Sync now if the provider still has it; resolve or ignore this item.',
  );
  await applyBatch(deps, connection, open);
}

/**
 * One run for each job: whatever page it stands at. The run's end settles the page or counts the failure. None while the provider is
 * away, unless it may be the call that tries.
 */
async function retryPages(deps: ActivityDeps, connection: Connection, items: QueueItem[]): Promise<void> {
  const open = await deps.app.circuits.open(connection.id);
  if (open && (open.isProbed || open.probeInMs > 0)) return postpone(deps, items, askAgainMs(open));
  const started = new Set<string>();
  for (const { cause, id, attempts, runId } of items) {
    const jobId = jobOfPage(cause);
    if (started.has(jobId)) continue;
    started.add(jobId);
    await deps.temporal.startRun({ ...refOf(connection), jobId, requestId: runId ? `after-${runId}` : `${id}-${attempts}` });
  }
  await deps.app.queueRetries.handOver(
    items.map(({ id }) => id),
    new Date(deps.now().getTime() + runWithinMs),
  );
}

/** Each takes its turn again, and settles its item or puts it back. One that was over already has settled its item. */
async function retryPushes({ app, temporal }: ActivityDeps, connection: Connection, items: QueueItem[]): Promise<void> {
  for (const { id, cause } of items) {
    const push = await app.pushes.find(cause);
    if (!push) await app.queueRetries.giveUp([id], kindsOfWork.push.otherwise);
    else if (push.state === 'failed' || push.state === 'conflict')
      await app.pushes.retry(push.id, { overwrites: false }, { actor: 'engine' });
  }
  await temporal.wakePushes(refOf(connection));
}

async function leaveToPerson({ app }: ActivityDeps, items: QueueItem[]): Promise<void> {
  for (const { id, kind, sentence } of items) await app.queueRetries.giveUp([id], `${sentence} ${kindsOfWork[kind].otherwise}`);
}
