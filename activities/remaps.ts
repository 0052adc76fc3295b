/** Maps raw records that are kept as events again, by the mapping in force. */
import { heartbeat } from '@temporalio/activity';
import type { RemapCounts } from '../domain/remap.ts';
import type { Remap } from '../db/app/stores/remaps.ts';
import type { PolledRecord } from '../db/traffic/polled-records.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { MappingSet } from '../domain/mapping.ts';
import type { ActivityDeps } from './deps.ts';
import { mapPage } from './map-page.ts';
import { saveMetrics } from './metrics.ts';
import { failWith } from './failures.ts';

/** One activity goes on for this long and then lets the workflow ask again, well under its time-out. */
const remapForMs = 60_000;

export function remapActivities(deps: ActivityDeps) {
  const { app, traffic } = deps;
  return {
    /** From the row's place on, piece by piece; each is committed with its counts and its place, so that nothing is counted twice. */
    async remapEvents({ remapId }: { remapId: string }): Promise<{ done: boolean; counts: RemapCounts }> {
      let remap = await app.remaps.find(remapId);
      if (!remap) throw failWith('defect', `The row of the re-mapping ${remapId} is gone: ask for it again.`);
      const connection = await app.connections.get(remap.connectionId);
      const until = Date.now() + remapForMs;
      for (;;) {
        const { connectionId, object, afterEvent, toVersion } = remap;
        const mapping = await app.mappings.current(connectionId, object);
        if (mapping?.version !== toVersion)
          throw failWith(
            'configuration_invalid',
            'Another version of the mapping was published meanwhile: start again with that one.',
          );
        const { records, next } = await traffic.events.polledAfter({ connectionId, object, after: afterEvent });
        if (next === null) return { done: true, counts: remap.counts };
        remap = await remapPiece(deps, connection, mapping, remap, records, next);
        heartbeat({ afterEvent: remap.afterEvent });
        if (Date.now() > until) return { done: false, counts: remap.counts };
      }
    },

    async closeRemap(input: { remapId: string; outcome: 'succeeded' | 'failed'; sentence: string }): Promise<void> {
      const { remapId, outcome, sentence } = input;
      const remap = await app.remaps.find(remapId);
      if (!remap) return;
      await saveMetrics(deps, await app.connections.get(remap.connectionId));
      await app.remaps.close(remapId, { outcome, sentence });
    },
  };
}

/** What failed before and fits now is applied: its event and its item in the error queue are settled. */
async function remapPiece(
  deps: ActivityDeps,
  connection: Connection,
  mapping: MappingSet,
  remap: Remap,
  polled: PolledRecord[],
  upTo: string,
): Promise<Remap> {
  const { app, traffic } = deps;
  const kept = polled.filter((record) => 'raw' in record);
  const raws = kept.map(({ raw }) => raw);
  const { mapped, rejected } = await mapPage(deps, connection, mapping, raws);
  const unfit = new Set(rejected.map(({ raw }) => raw));
  const fit = kept.filter(({ raw }) => !unfit.has(raw));
  const records = mapped.map((record, index) => ({ ...record, rawEventId: fit[index]!.eventId }));
  const counts = { replayed: kept.length, failed: rejected.length, gone: polled.length - kept.length };
  const saved = await app.remaps.savePiece(remap, { records, ...counts, upTo });
  const rawEventIds = fit.map(({ eventId }) => eventId);
  await app.errorQueue.settle({ connectionId: connection.id, rawEventIds });
  await traffic.events.markApplied(
    connection.id,
    rawEventIds.map((id) => ({ id, normalized: [], applied: true })),
  );
  return saved;
}
