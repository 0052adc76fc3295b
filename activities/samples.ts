/** Records fetched for a person to look at. */
import type { CanonicalObject } from '../domain/records.ts';
import type { ActivityDeps } from './deps.ts';
import { polledEvent } from './polled-event.ts';
import { failWith, openConnection } from './provider-call.ts';

/** Records of one sample. */
export const sampleSize = 50;
const why = 'Fetched for the preview of a mapping; nobody applies it.';

export function sampleActivities(deps: ActivityDeps) {
  return {
    /**
     * The first records of the provider, kept as raw events that nobody applies: sealed and deleted in time like everything that came
     * from a provider. Answers the events' ids alone, because the history keeps what is answered.
     */
    async fetchSample(input: { connectionId: string; object: CanonicalObject }): Promise<{ eventIds: string[] }> {
      const { connectionId, object } = input;
      const { provider, call, connection } = await openConnection(deps, connectionId);
      const stream = Object.values(provider.streams).find((one) => one.object === object);
      if (!stream) throw failWith('configuration_invalid', `${provider.label} gives no ${object}: ask for another object.`);
      const now = deps.now();
      const { records } = await call((context) => stream.fetchPage(context, { cursor: null, now, pageSize: sampleSize }));
      const rows = records.slice(0, sampleSize).map((raw) => {
        const event = polledEvent({ ...connection, connectionId }, { object }, raw, now);
        // Another event than the one that a sync keeps of a record it cannot map; of each day, because payloads end after days.
        return { ...event, key: `sample:${now.toISOString().slice(0, 10)}:${event.key}` };
      });
      return { eventIds: await deps.traffic.events.keepIgnored(rows, why) };
    },
  };
}
