import type { MappingSet } from '../../../domain/mapping.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import type { AppDb } from '../context.ts';
import type { By } from './audit.ts';

export interface MappingRow {
  object: CanonicalObject;
  version: number;
  state: 'draft' | 'published';
  publishedBy: string | null;
  publishedAt: Date | null;
  mapping: MappingSet;
}

export interface MappingStore {
  /** As the next version; one that equals the current version answers that and writes nothing. */
  publish(input: { connectionId: string; mapping: Omit<MappingSet, 'version'> }, audit: By): Promise<MappingSet>;
  current(connectionId: string, object: CanonicalObject): Promise<MappingSet | null>;
  /** Every version, newest first. */
  list(connectionId: string): Promise<MappingRow[]>;
}

// BODY
export function mappingStore(_db: AppDb): MappingStore {
  throw new Error('The store is not there yet.');
}
