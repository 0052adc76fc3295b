import { canonicalFields } from '../../../domain/mapping.ts';
import type { CanonicalObject, CanonicalRecord } from '../../../domain/records.ts';
import { sha256 } from '../../hash.ts';

/** Where a canonical row comes from. */
export interface Origin {
  connectionId: string;
  companyId: string;
  mappingVersion: number | null;
  runId: string | null;
}

/** Over everything that the mapping gave, the provider's time of the version left out: it moves without a change of content. */
export function contentHash(record: CanonicalRecord): Buffer {
  const { object, fields } = record;
  const inOrder: Record<string, unknown> = {};
  for (const name of fieldNames[object]) inOrder[name] = fields[name as keyof typeof fields];
  // A deal may have gone to another stage and back.
  if (record.object === 'deal') inOrder['movements'] = record.movements.map(({ to, at }) => [to, at]);
  return sha256(JSON.stringify(inOrder));
}

/** Sorted once: every record of every page is hashed. */
const fieldNames = Object.fromEntries(
  Object.entries(canonicalFields).map(([object, fields]) => [object, Object.keys(fields).toSorted()]),
) as Record<CanonicalObject, string[]>;

/**
 * For an upsert: a version that is not older than the deletion says that the record was restored: some providers' times are whole
 * seconds, and both may be of one. An older version was only read before, by a page that was still on its way.
 */
export const undelete = `merged_into = IF(VALUES(source_updated_at) >= deleted_at, NULL, merged_into),
       deleted_at = IF(VALUES(source_updated_at) >= deleted_at, NULL, deleted_at)`;
