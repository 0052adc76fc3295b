import { z } from 'zod';
import type { RunsOfDay } from '../../../db/app/stores/runs.ts';
import type { Deps } from '../../deps.ts';
import { day } from '../../schemas.ts';

export const runsOfDaySchema = z.object({ day, succeeded: z.number(), failed: z.number() }).meta({ id: 'RunsOfDay' });

const dayMs = 86_400_000;

/** Of each of these connections, how the runs of every one of the last days (UTC) went, oldest first. */
export async function runsOfLastDays(
  { stores }: Deps,
  connectionIds: string[],
  count: number,
): Promise<(connectionId: string) => RunsOfDay[]> {
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  const days = Array.from({ length: count }, (_, place) =>
    new Date(today - (count - 1 - place) * dayMs).toISOString().slice(0, 10),
  );
  const runs = await stores.runs.byDay(connectionIds, new Date(days[0]!));
  return (connectionId) => days.map((one) => runs.get(connectionId)?.find((ran) => ran.day === one) ?? none(one));
}

const none = (one: string): RunsOfDay => ({
  day: one,
  succeeded: 0,
  failed: 0,
  records: { created: 0, updated: 0, failed: 0 },
});
