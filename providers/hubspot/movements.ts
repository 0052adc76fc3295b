import { valueAt } from '../../domain/raw-value.ts';
import type { StageMovement } from '../../domain/records.ts';

/** Bytes that the column of who moved a deal holds. */
const byMax = 255;

/**
 * The steps in a deal's history, which HubSpot gives newest first and of which it forgets the oldest: then the first that is left has
 * no stage before it. A version that repeats the value before it is no step.
 * https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide
 */
export function movements(raw: unknown): StageMovement[] {
  const history = valueAt(raw, 'propertiesWithHistory.dealstage');
  if (!Array.isArray(history)) return [];
  const versions = history.flatMap((version: unknown) => toVersion(version) ?? []);
  const inOrder = versions.toReversed().toSorted((a, b) => a.atMs - b.atMs);
  const steps: StageMovement[] = [];
  for (const { value, atMs, by } of inOrder) {
    const from = steps.at(-1)?.to ?? null;
    if (from !== value) steps.push({ from, to: value, at: new Date(atMs).toISOString(), by });
  }
  return steps;
}

function toVersion(version: unknown) {
  const [value, timestamp] = [valueAt(version, 'value'), valueAt(version, 'timestamp')];
  const atMs = typeof timestamp === 'string' ? Date.parse(timestamp) : Number.NaN;
  if (typeof value !== 'string' || value === '' || Number.isNaN(atMs)) return undefined;
  const by = valueAt(version, 'updatedByUserId') ?? valueAt(version, 'sourceId');
  const isNamed = (typeof by === 'string' && by !== '') || typeof by === 'number';
  return { value, atMs, by: isNamed ? String(by).slice(0, byMax) : null };
}
