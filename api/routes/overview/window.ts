import { z } from 'zod';
import { invalid } from '../../errors.ts';
import { day } from '../../schemas.ts';

const daysMax = 366;
const dayMs = 86_400_000;

export const windowQuery = z.strictObject({ from: day.optional(), to: day.optional() });

/** The days (UTC) that were asked for, both included; the last 30 when nothing was. Throws `ApiError` 400. */
export function windowOf(query: z.output<typeof windowQuery>): { from: string; to: string } {
  const to = query.to ?? new Date().toISOString().slice(0, 10);
  const from = query.from ?? new Date(Date.parse(to) - 29 * dayMs).toISOString().slice(0, 10);
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1;
  if (days < 1 || days > daysMax) throw invalid([{ path: 'from', message: `Must lie before "to", by at most ${daysMax} days.` }]);
  return { from, to };
}
