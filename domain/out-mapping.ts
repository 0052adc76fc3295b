/**
 * Mappings in the other direction: how our fields become a provider's. `source` names a field of ours, `target` one that the provider
 * lets be written, and a transform says how the value is written there. Such a mapping makes no record: it makes the values of one write.
 */
import {
  canonicalFields,
  type FieldKind,
  type FieldMapping,
  type MappingIssue,
  type MappingSet,
  type Transform,
} from './mapping.ts';
import type { CanonicalObject } from './records.ts';

/** What a provider lets be written, under its own names. */
export type Writable = Record<string, WritableField>;
export interface WritableField {
  kind: FieldKind;
  /** Where the value stands in a raw record that was read. */
  path: string;
  /** Whether it may be made empty. */
  clearable: boolean;
}

/** Our values by canonical field, as a record has them; `null` is empty. What is not named is left as it is. */
export type FieldValues = Record<string, string | number | null>;
/** A provider's values by its own names. */
export type WrittenValues = Record<string, string | null>;

export type OutResult = { values: WrittenValues } | { issues: MappingIssue[] };

type OutMapping = Omit<MappingSet, 'version'>;

/** From which kinds of ours each transform can write. Money's two values are fields of their own, and numbers of phones are nobody's yet. */
const takes: Partial<Record<Transform['kind'], readonly FieldKind[]>> = {
  text: ['text', 'enum'],
  enum: ['text', 'enum'],
  integer: ['integer'],
  decimal: ['decimal', 'integer'],
  day: ['day'],
  timestamp: ['timestamp'],
};
/** Into which kinds of theirs. */
const gives: Partial<Record<Transform['kind'], readonly FieldKind[]>> = {
  text: ['text'],
  enum: ['text', 'enum'],
  integer: ['integer', 'decimal'],
  decimal: ['decimal'],
  day: ['day'],
  timestamp: ['timestamp'],
};

/** Names everything that is wrong with a mapping of this direction. `writable`: `null` where the provider takes no writes of the object. */
export function checkOutMapping(mapping: OutMapping, writable: Writable | null): MappingIssue[] {
  if (!writable) return [{ path: 'object', message: `${mapping.object} cannot be written at this provider.` }];
  const seen = new Set<string>();
  const issues = mapping.fields.flatMap((field, index) => {
    const faults = checkField(mapping.object, field, writable);
    if (seen.has(field.target)) faults.push({ path: 'target', message: `${field.target} is mapped twice` });
    seen.add(field.target);
    return faults.map(({ path, message }) => ({ path: `fields.${index}.${path}`, message }));
  });
  if (mapping.fields.length === 0) issues.push({ path: 'fields', message: 'has nothing to write' });
  if (mapping.companyField) issues.push({ path: 'companyField', message: 'says whose a record is that is read: leave it out' });
  return issues;
}

function checkField(
  object: CanonicalObject,
  { source, target, transform, default: whenEmpty }: FieldMapping,
  writable: Writable,
) {
  const faults: MappingIssue[] = [];
  const theirs = Object.hasOwn(writable, target) ? writable[target]! : undefined;
  const ours =
    typeof source === 'string' && Object.hasOwn(canonicalFields[object], source) ? canonicalFields[object][source] : null;
  if (!theirs)
    faults.push({ path: 'target', message: `${target} cannot be written: these can be, ${Object.keys(writable).join(', ')}` });
  if (!ours)
    faults.push({
      path: 'source',
      message: typeof source === 'string' ? `${source} is not a field of ${object}` : `must be one field of ${object}`,
    });
  const { kind } = transform;
  if (!takes[kind]) faults.push({ path: 'transform', message: `${kind} only reads: nothing can be written by it` });
  else {
    if (ours && !takes[kind].includes(ours.kind))
      faults.push({ path: 'transform', message: `${source as string} is ${ours.kind}, not ${kind}` });
    if (theirs && !gives[kind]!.includes(theirs.kind))
      faults.push({ path: 'transform', message: `${target} takes ${theirs.kind}, not ${kind}` });
  }
  if ('thousands' in transform || 'absolute' in transform || 'zone' in transform)
    faults.push({ path: 'transform', message: 'thousands, absolute and zone only read: leave them out' });
  if (whenEmpty !== undefined && theirs?.kind === 'decimal' && !/^-?\d{1,18}(\.\d{1,8})?$/.test(whenEmpty))
    faults.push({ path: 'default', message: `is not a valid decimal for ${target}` });
  return faults;
}

/** The provider's values for those of ours that are named, or what cannot be written, by our field. No value appears in an issue. */
export function applyOutMapping(mapping: Pick<MappingSet, 'fields'>, writable: Writable, fields: FieldValues): OutResult {
  const values: WrittenValues = {};
  const issues: MappingIssue[] = [];
  for (const { source, target, transform, required, default: whenEmpty } of mapping.fields) {
    if (typeof source !== 'string' || !Object.hasOwn(fields, source)) continue;
    const given = fields[source] ?? null;
    const value = given === null || given === '' ? (whenEmpty ?? null) : written(transform, String(given));
    if (value === undefined)
      issues.push({ path: source, message: `has no ${target} at the provider for this value: see the mapping` });
    else if (value === null && (required || !writable[target]?.clearable))
      issues.push({ path: source, message: `cannot be made empty: ${target} needs a value` });
    else values[target] = value;
  }
  const mapped = new Set(mapping.fields.map(({ source }) => source));
  for (const name of Object.keys(fields))
    if (!mapped.has(name))
      issues.push({ path: name, message: 'cannot be written: the mapping gives it no field of the provider' });
  return issues.length > 0 ? { issues } : { values };
}

/** `undefined`: there is nothing to write for this value. */
function written(transform: Transform, value: string): string | undefined {
  switch (transform.kind) {
    case 'text': {
      const text = transform.trim ? value.trim() : value;
      if (transform.case === undefined) return text;
      return transform.case === 'lower' ? text.toLowerCase() : text.toUpperCase();
    }
    case 'enum':
      return Object.hasOwn(transform.values, value) ? transform.values[value] : transform.default;
    case 'decimal':
      return transform.decimalComma ? value.replace('.', ',') : value;
    case 'timestamp': {
      const ms = Date.parse(value);
      if (Number.isNaN(ms)) return undefined;
      return transform.epoch === undefined
        ? new Date(ms).toISOString()
        : String(transform.epoch === 's' ? Math.floor(ms / 1_000) : ms);
    }
    case 'integer':
    case 'day':
      return value;
    case 'money':
    case 'phone':
      return undefined;
  }
}

/**
 * What is written as long as nobody has published another: the provider's declaration, and where the mapping that reads translates a
 * field word by word, the same words the other way round.
 */
export function usualOutMapping(declared: OutMapping, reading: Pick<MappingSet, 'fields'> | null): OutMapping {
  const fields = declared.fields.map((field) => {
    const read = reading?.fields.find(({ target }) => target === field.source)?.transform;
    const values = read?.kind === 'enum' ? reversed(read.values) : null;
    return values ? { ...field, transform: { kind: 'enum' as const, values } } : field;
  });
  return { ...declared, fields };
}

/** `null` where two words of theirs mean the same to us: nobody can say which to write. */
function reversed(values: Record<string, string>): Record<string, string> | null {
  const entries = Object.entries(values).map(([theirs, ours]) => [ours, theirs] as const);
  const back = Object.fromEntries(entries);
  return Object.keys(back).length === entries.length ? back : null;
}

/** Whether two values of a kind are the same to the provider, however each is written. */
export function isSameValue(kind: FieldKind, a: unknown, b: unknown): boolean {
  const [left, right] = [plainValue(kind, a), plainValue(kind, b)];
  return left === right;
}

function plainValue(kind: FieldKind, value: unknown): string | null {
  if (value === null || value === undefined || value === '') return null;
  const text = typeof value === 'string' ? value.trim() : JSON.stringify(value);
  if (kind === 'day') return text.slice(0, 10);
  if (kind === 'timestamp') return Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString();
  if (kind !== 'decimal' && kind !== 'integer') return text;
  const [, sign = '', whole = '', rest = ''] = /^(-?)0*(\d+)(?:[.,](\d*))?$/.exec(text) ?? [];
  if (whole === '') return text;
  const fraction = rest.replace(/0+$/, '');
  return `${sign}${whole}${fraction && `.${fraction}`}`;
}
