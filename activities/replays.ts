/** Many items of failed work, tried again at a person's word, and tried out beforehand. */
import { heartbeat } from '@temporalio/activity';
import { holdsEvents } from '../domain/connection-state.ts';
import { kindsOfWork } from '../domain/failed-work.ts';
import type { ReplayCounts } from '../domain/replay.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { QueueItem } from '../db/app/stores/error-queue.ts';
import type { PreviewRow } from '../db/app/stores/replay-previews.ts';
import type { Replay } from '../db/app/stores/replays.ts';
import { refOf, type ActivityDeps } from './deps.ts';
import { mapItems } from './map-items.ts';
import { saveMetrics } from './metrics.ts';
import { failWith } from './provider-call.ts';
import { retryItems } from './retry-items.ts';

/** Items of one transaction. */
const pieceSize = 200;
/** One activity goes on for this long and then lets the workflow ask again, well under its time-out. */
const replayForMs = 60_000;
/** Items that a preview tries out: as many as a person may look through. */
const previewedMax = 500;

export function replayActivities(deps: ActivityDeps) {
  const { app, traffic } = deps;
  return {
    /** From the row's place on, piece by piece; each is committed with its counts and its place, so that nothing is done twice. */
    async replayItems({ replayId }: { replayId: string }): Promise<{ done: boolean; counts: ReplayCounts; items: number }> {
      let replay = await app.replays.find(replayId);
      if (!replay) throw failWith('defect', `The row of the replay ${replayId} is gone: ask for it again.`);
      const connection = await app.connections.get(replay.connectionId);
      const until = Date.now() + replayForMs;
      // Whoever did the last piece may have died before it marked the events.
      await markApplied(connection, await app.replays.lastResolved(replay, pieceSize));
      for (;;) {
        const { state } = await app.connections.get(connection.id);
        if (holdsEvents(state))
          throw failWith('configuration_invalid', `The connection is ${state}: when it runs again, ask for the rest.`);
        const piece = await app.replays.takePiece(replay, pieceSize);
        if (piece.length > 0) replay = await replayPiece(connection, replay, piece);
        const { counts, items } = replay;
        if (piece.length === 0) return { done: true, counts, items };
        heartbeat({ afterItem: replay.afterItem });
        if (Date.now() > until) return { done: false, counts, items };
      }
    },

    async closeReplay(input: { replayId: string; outcome: 'succeeded' | 'failed'; sentence?: string }): Promise<void> {
      const { replayId, ...end } = input;
      const replay = await app.replays.find(replayId);
      if (!replay) return;
      const connection = await app.connections.get(replay.connectionId);
      await saveMetrics(deps, connection);
      await app.replays.close(replayId, end);
      if (await app.queueRetries.earliest(connection.id)) await deps.temporal.wakeRetries(refOf(connection));
    },

    /** Says of each item what a replay would do; the values stay where they are. */
    async previewReplay({ previewId }: { previewId: string }): Promise<{ tried: number }> {
      const preview = await app.replayPreviews.find(previewId);
      if (!preview) throw failWith('defect', `The row of the preview ${previewId} is gone: ask for it again.`);
      const connection = await app.connections.get(preview.connectionId);
      const items = await app.errorQueue.oldest(connection.id, preview.filter, previewedMax);
      await app.replayPreviews.save(previewId, await tryOut(connection, items));
      return { tried: items.length };
    },
  };

  async function markApplied({ id: connectionId }: Connection, eventIds: string[]): Promise<void> {
    await traffic.events.markApplied(
      connectionId,
      eventIds.map((id) => ({ id, normalized: [], applied: true })),
    );
  }

  async function replayPiece(connection: Connection, replay: Replay, piece: QueueItem[]): Promise<Replay> {
    const open = piece.filter(({ state }) => state !== 'resolved' && state !== 'ignored');
    const { fit, unfit, gone } = await mapItems(
      deps,
      connection,
      open.filter(({ kind }) => kind === 'record'),
    );
    const others = replay.previewId ? {} : await retryOthers(connection, piece);
    const counts = replay.previewId ? {} : { ...others, gone: gone.length, failed: (others.failed ?? 0) + unfit.length };
    if (!replay.previewId)
      await app.queueRetries.giveUp(
        gone.map(({ id }) => id),
        'What came is past its retention: sync now if the provider still has it, then resolve or ignore this item.',
      );
    const saved = await app.replays.savePiece(replay, {
      records: fit.map(({ item, ...record }) => ({ itemId: item.id, ...record })),
      failures: replay.previewId ? [] : unfit.map(({ failure }) => failure),
      itemIds: piece.map(({ id }) => id),
      counts,
      upTo: piece.at(-1)!.id,
    });
    await markApplied(connection, await app.replays.lastResolved(saved, pieceSize));
    return saved;
  }

  /** Work that makes its rows by itself: what a repeated piece finds resolved was resolved by the first. */
  async function retryOthers(connection: Connection, piece: QueueItem[]): Promise<Partial<ReplayCounts>> {
    const by = (way: string) => piece.filter(({ kind }) => kind !== 'record' && kindsOfWork[kind].retriedBy === way);
    const [events, begun] = [by('event'), [...by('run'), ...by('push')]];
    const isOpen = ({ state }: QueueItem) => state !== 'resolved' && state !== 'ignored';
    await retryItems(deps, connection, [...events, ...begun].filter(isOpen));
    const now = await Promise.all(events.map(({ id }) => app.errorQueue.find(id)));
    const applied = now.filter((item) => item?.state === 'resolved').length;
    return { applied, failed: events.length - applied, started: begun.length, kept: by('person').length };
  }

  async function tryOut(connection: Connection, items: QueueItem[]): Promise<PreviewRow[]> {
    const { fit, unfit, gone } = await mapItems(
      deps,
      connection,
      items.filter(({ kind }) => kind === 'record'),
    );
    const weighed = new Map<string, PreviewRow>();
    for (const object of new Set(fit.map(({ record }) => record.object))) {
      const of = fit.filter(({ record }) => record.object === object);
      const found = await app.replayPreviews.weigh(
        { connectionId: connection.id, object },
        of.map(({ record }) => record),
      );
      of.forEach(({ item, record, mappingVersion }, index) => {
        const { externalId } = record;
        weighed.set(item.id, { ...emptyRow(item), object, externalId, mappingVersion, ...found[index]! });
      });
    }
    for (const { item } of unfit) weighed.set(item.id, { ...emptyRow(item), verdict: 'unfit' });
    for (const item of gone) weighed.set(item.id, { ...emptyRow(item), verdict: 'gone' });
    return items.map((item) => weighed.get(item.id) ?? emptyRow(item));
  }
}

const emptyRow = ({ id: itemId, rawEventId }: QueueItem): PreviewRow => ({
  itemId,
  rawEventId,
  object: null,
  externalId: null,
  mappingVersion: null,
  verdict: 'unknown',
  hashBefore: null,
  hashAfter: null,
});
