/** Writes at the provider what people asked for. */
import { ApplicationFailure, heartbeat } from '@temporalio/activity';
import { takesPushes } from '../domain/push.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { saveMetrics } from './metrics.ts';
import { openConnection, type OpenedConnection } from './provider-call.ts';
import { sendPush } from './send-push.ts';
import { writeRecordsOf } from './told-records.ts';

/** Pushes that are read at once. */
const batchSize = 20;
/** One activity works for this long and then lets the workflow ask again, well under its time-out. */
const workForMs = 60_000;
/** After so many in a row that the provider did not take for now, the others are not tried: it is away. */
const awayAfter = 2;

export interface PushRound {
  done: number;
  /** When the next one is due; `null`: none goes out by itself, or somebody wakes this when it may. */
  nextInMs: number | null;
}

export function pushActivities(deps: ActivityDeps) {
  const { app } = deps;
  return {
    /** An attempt that died is gone on from: what it was writing is looked for first. */
    async sendPushes({ connectionId }: ConnectionRef): Promise<PushRound> {
      const until = Date.now() + workForMs;
      const opened = await open(connectionId);
      if (!opened) return { done: 0, nextInMs: null };
      const { policy } = await app.connections.settings(connectionId);
      const done: string[] = [];
      let waitedInARow = 0;
      let nextInMs = 0;
      for (;;) {
        const connection = await app.connections.get(connectionId);
        const isHeld = !takesPushes(connection.state);
        const due = isHeld ? [] : await app.pushes.due({ connectionId, now: deps.now(), limit: batchSize });
        for (const push of due) {
          heartbeat({ done: done.length });
          const end = await sendPush(deps, opened, push, policy.retry);
          if (end.end === 'done') done.push(push.externalId);
          waitedInARow = end.end === 'waits' ? waitedInARow + 1 : 0;
          if (end.end === 'waits') nextInMs = Math.max(nextInMs, end.waitMs);
          if (waitedInARow === awayAfter) break;
        }
        if (due.length > 0 && waitedInARow < awayAfter && Date.now() < until) continue;
        await readBack(opened, done);
        if (isHeld) return { done: done.length, nextInMs: null };
        const next = await app.pushes.nextDue(connectionId);
        if (!next) return { done: done.length, nextInMs: null };
        const dueInMs = Math.max(next.at.getTime() - deps.now().getTime(), 0);
        return { done: done.length, nextInMs: waitedInARow === awayAfter ? nextInMs : dueInMs };
      }
    },
  };

  /** `null`: it waits for whoever resumes or reauthorizes the connection, which wakes this. */
  async function open(connectionId: string): Promise<OpenedConnection | null> {
    const connection = await app.connections.find(connectionId);
    if (!connection || !takesPushes(connection.state)) return null;
    return openConnection(deps, connectionId).catch((error: unknown) => {
      if (error instanceof ApplicationFailure && error.nonRetryable) return null;
      throw error;
    });
  }

  /** So that what was written is shown at once; where the provider cannot be asked now, its webhook or the next sync brings it. */
  async function readBack(opened: OpenedConnection, externalIds: string[]): Promise<void> {
    const stream = Object.values(opened.provider.streams).find(({ object }) => object === 'deal');
    if (!stream || externalIds.length === 0) return;
    heartbeat({ done: externalIds.length });
    try {
      await writeRecordsOf(deps, opened, stream, [...new Set(externalIds)]);
    } catch (error) {
      if (error instanceof ApplicationFailure) return;
      throw error;
    }
    await saveMetrics(deps, opened.connection, { which: 'quick' });
  }
}
