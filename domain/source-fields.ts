/** What fields a provider's raw records have, and whether those that a mapping reads are still there. */
import { pathsOf, type MappingIssue, type MappingSet } from './mapping.ts';

export type SourceType = 'text' | 'number' | 'boolean' | 'list' | 'object' | 'empty' | 'mixed';

export interface KnownField {
  path: string;
  type: SourceType;
  /** `vanished`: absent in every record of a whole run. `changed`: of another type than it was. */
  state: 'present' | 'vanished' | 'changed';
  typeBefore: SourceType | null;
}

/** Objects within objects that are looked into. */
const depthMax = 3;
/** Of one object; what more a provider gives is not listed. */
const pathsMax = 500;
/** Records of which a sample must be for a new type to be believed, and a run for an absence. */
export const recordsEnough = 20;
/** A key that a mapping could name; one with a long number in it may be a person's. */
const isKey = (key: string) => /^[\w-]{1,60}$/.test(key) && !/\d{6}/.test(key);

/** The paths of a sample with the type of their values, lists as they are. A field that is empty everywhere is `empty`. */
export function observeFields(sample: readonly unknown[]): Map<string, SourceType> {
  const types = new Map<string, SourceType>();
  for (const record of sample) observe(record, '', 1, types);
  return types;
}

function observe(value: unknown, prefix: string, depth: number, types: Map<string, SourceType>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!isKey(key)) continue;
    const path = prefix + key;
    const type = typeOf(inner);
    if (type === 'object' && depth < depthMax && Object.keys(inner as object).length > 0)
      observe(inner, `${path}.`, depth + 1, types);
    else if (types.has(path) || types.size < pathsMax) types.set(path, join(types.get(path), type));
  }
}

export function typeOf(value: unknown): SourceType {
  if (value === null || value === undefined || value === '') return 'empty';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number') return 'number';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}

function join(before: SourceType | undefined, type: SourceType): SourceType {
  if (before === undefined || before === 'empty' || before === type) return type;
  return type === 'empty' ? before : 'mixed';
}

/** What a look makes of the fields that are known: those that are new, back, or of another type. `sampled`: records of the look. */
export function updateFields(
  known: ReadonlyMap<string, KnownField>,
  types: ReadonlyMap<string, SourceType>,
  sampled: number,
): KnownField[] {
  const updated: KnownField[] = [];
  for (const [path, type] of types) {
    const field = known.get(path);
    const now = field ? update(field, type, sampled) : { path, type, state: 'present' as const, typeBefore: null };
    if (now !== field) updated.push(now);
  }
  return updated;
}

function update(field: KnownField, type: SourceType, sampled: number): KnownField {
  const { path, typeBefore } = field;
  const present = (as: SourceType): KnownField => ({ path, type: as, state: 'present', typeBefore: null });
  if (field.state === 'changed' && type === typeBefore) return present(type);
  const isSame = type === 'empty' || type === field.type;
  if (isSame) return field.state === 'vanished' ? present(field.type) : field;
  if (field.type === 'empty') return present(type);
  // A field of several types has none to lose.
  if (type === 'mixed' || field.type === 'mixed') return field.type === 'mixed' ? field : present('mixed');
  if (sampled < recordsEnough) return field;
  return { path, type, state: 'changed', typeBefore: typeBefore ?? field.type };
}

/**
 * Required fields whose one path the provider's records are not known to have: they would stay empty, and every record be refused. Says
 * nothing while no run has seen the records, or where a look does not reach.
 */
export function missingSources({ fields }: Pick<MappingSet, 'fields'>, known: readonly KnownField[]): MappingIssue[] {
  if (known.length === 0 || known.length >= pathsMax) return [];
  const isKnown = (source: string) =>
    known.some(({ path, type, state }) => {
      if (path.startsWith(`${source}.`) || path === source) return state !== 'vanished';
      // What was empty, or too deep, may hold it.
      return source.startsWith(`${path}.`) && (type === 'empty' || type === 'object' || type === 'mixed');
    });
  return fields.flatMap(({ target, source, required, default: otherwise }, index) => {
    if (typeof source !== 'string' || !required || otherwise !== undefined) return [];
    const keys = source.split('.');
    if (keys.length > depthMax || !keys.every(isKey) || isKnown(source)) return [];
    return [{ path: `fields.${index}.source`, message: `the provider's records have no ${source}, and ${target} is required` }];
  });
}

/** Every path that a mapping reads, and what of ours it makes. */
export function mappedPaths(mapping: MappingSet): Map<string, string> {
  const { externalId, sourceUpdatedAt, companyField } = mapping;
  const paths = new Map([
    [externalId, 'the id'],
    [sourceUpdatedAt, 'the time of the version'],
  ]);
  for (const path of [companyField?.source, companyField?.sourceWhenInbound]) if (path) paths.set(path, 'the company');
  for (const { path, target } of pathsOf(mapping)) paths.set(path, target);
  return paths;
}

/** Looks for paths until each was there once: from then on a record costs nothing. */
export function awaitPaths(paths: Iterable<string>): { see(records: readonly unknown[]): void; seen(): string[] } {
  const awaited = new Map([...paths].map((path) => [path, path.split('.')]));
  const seen: string[] = [];
  return {
    see(records) {
      for (const record of records) {
        if (awaited.size === 0) return;
        for (const [path, keys] of awaited) {
          if (!isThere(record, keys)) continue;
          awaited.delete(path);
          seen.push(path);
        }
      }
    },
    seen: () => seen,
  };
}

/** A field that is there and empty is there, and so is what would stand within it. */
function isThere(record: unknown, keys: readonly string[]): boolean {
  let value = record;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string, unknown>)[key];
    if (value === null) return true;
  }
  return true;
}

export interface LostField extends KnownField {
  object: string;
  /** What of ours is made of it. */
  target: string;
}

/** For the connection's owner. */
export function describeLoss({ object, path, target, state, type, typeBefore }: LostField): string {
  if (state === 'vanished')
    return `The provider no longer gives "${path}", of which ${target} of each ${object} is made: it stays empty, or the record is refused. Bring it back at the provider, or publish a mapping that does not use it.`;
  return `"${path}", of which ${target} of each ${object} is made, was ${typeBefore} at the provider and is ${type} now: look at what the mapping makes of it, then publish it again, changed or as it is.`;
}
