import { createHash } from 'node:crypto';
import type { By } from '../../../db/app/stores/audit.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import type { Deps } from '../../deps.ts';

/** Records that are asked for at the provider now are kept as events: that is told before the workflow hears of it. */
export const tellFetch = ({ stores }: Deps, { id, companyId }: Connection, object: CanonicalObject, audit: By): Promise<void> =>
  stores.audit.append({
    ...audit,
    companyId,
    action: 'mapping.preview',
    subject: id,
    outcome: 'asked',
    detail: { object, sample: 'fetched' },
  });

const toldForMs = 10 * 60_000;

/**
 * Who saw the values of which records. A preview is made anew at each pause in typing and shows the same records: one entry
 * in ten minutes tells of that, for each person.
 */
export async function tellReading(
  { stores }: Deps,
  { id, companyId }: Connection,
  { object, records }: { object: CanonicalObject; records: readonly { eventId: string }[] },
  audit: By,
): Promise<void> {
  if (records.length === 0) return;
  const eventIds = records.map(({ eventId }) => eventId).join();
  const sample = createHash('sha256').update(eventIds).digest('hex').slice(0, 16);
  const told = { companyId, action: 'payload.read' as const, subject: id, outcome: 'done' as const };
  const entry = { ...audit, ...told, detail: { object, records: records.length, sample } };
  await stores.audit.appendOnce(entry, new Date(Date.now() - toldForMs));
}
