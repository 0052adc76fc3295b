import type { CanonicalRecord } from '../../../domain/records.ts';
import { canonicalJson, sha256 } from '../../hash.ts';

/** Where a canonical row comes from. */
export interface Origin {
  connectionId: string;
  companyId: string;
  mappingVersion: number | null;
  runId: string | null;
}

/** Over everything that the mapping gave, the provider's time of the version left out: it moves without a change of content. */
export function contentHash({ fields }: CanonicalRecord): Buffer {
  return sha256(canonicalJson(fields));
}
