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
export function contentHash({ object, fields }: CanonicalRecord): Buffer {
  const inOrder: Record<string, unknown> = {};
  for (const name of fieldNames[object]) inOrder[name] = fields[name as keyof typeof fields];
  return sha256(JSON.stringify(inOrder));
}

/** Sorted once: every record of every page is hashed. */
const fieldNames = Object.fromEntries(
  Object.entries(canonicalFields).map(([object, fields]) => [object, Object.keys(fields).toSorted()]),
) as Record<CanonicalObject, string[]>;
