/** What a draft would change: the same raw records by the mapping in force and by the draft, side by side. */
import { sumOf } from './decimal.ts';
import { canonicalFields, type FieldKind, type MappingIssue, type MappingResult } from './mapping.ts';
import type { CanonicalObject } from './records.ts';

export interface Sample {
  /** The stored event that holds the raw record. */
  eventId: string;
  externalId: string | null;
  /** `null`: nothing is published yet. */
  before: MappingResult | null;
  after: MappingResult;
}

export type Outcome = { fields: Record<string, unknown> } | { issues: MappingIssue[] };

export interface Preview {
  records: { eventId: string; externalId: string | null; before: Outcome | null; after: Outcome; changed: string[] }[];
  /** In how many of the records each field has a value. */
  coverage: { field: string; before: number | null; after: number }[];
  /** What the draft cannot map, by field, the most frequent first. */
  errors: { path: string; message: string; records: number }[];
}

export function comparePreview(object: CanonicalObject, samples: readonly Sample[]): Preview {
  return compareOutcomes(
    Object.keys(canonicalFields[object]),
    samples.map(({ before, after, ...ids }) => ({ ...ids, before: before && outcomeOf(before), after: outcomeOf(after) })),
  );
}

/** The same for values of any names. */
export function compareOutcomes(
  names: string[],
  samples: readonly (Pick<Sample, 'eventId' | 'externalId'> & { before: Outcome | null; after: Outcome })[],
): Preview {
  const records = samples.map(({ before, after, ...ids }) => {
    const sides = { before, after };
    return { ...ids, ...sides, changed: changedOf(names, sides.before, sides.after) };
  });
  const isPublished = samples.some(({ before }) => before !== null);
  const coverage = names.map((field) => ({
    field,
    before: isPublished ? countFilled(records, 'before', field) : null,
    after: countFilled(records, 'after', field),
  }));
  return { records, coverage, errors: countErrors(records) };
}

/** Shows that there is a value, and which; never the value. */
export function maskOutcome(outcome: Outcome): Outcome {
  if ('issues' in outcome) return outcome;
  return {
    fields: Object.fromEntries(Object.entries(outcome.fields).map(([name, value]) => [name, value === null ? null : '•••'])),
  };
}

/** Canonical fields in one form, whether a row or a mapping gave them, so that equal values look equal. */
export function inOneForm(object: CanonicalObject, fields: object): Record<string, unknown> {
  const values = fields as Record<string, string | number | Date | null | undefined>;
  return Object.fromEntries(
    Object.entries(canonicalFields[object]).map(([name, { kind }]) => [name, formOf(values[name] ?? null, kind)]),
  );
}

function formOf(value: string | number | Date | null, kind: FieldKind): unknown {
  if (value === null) return null;
  if (value instanceof Date || kind === 'timestamp') return new Date(value).toISOString();
  return kind === 'decimal' ? sumOf([String(value)]) : value;
}

function outcomeOf(result: MappingResult): Outcome {
  return 'record' in result ? { fields: { ...result.record.fields } } : result;
}

/** A record that is rejected on one side only is changed in every field that the other side fills. */
function changedOf(names: string[], before: Outcome | null, after: Outcome): string[] {
  const valueOf = (side: Outcome | null, name: string) => (side && 'fields' in side ? (side.fields[name] ?? null) : null);
  return names.filter((name) => valueOf(before, name) !== valueOf(after, name));
}

function countFilled(records: Preview['records'], side: 'before' | 'after', field: string): number {
  return records.filter((record) => {
    const outcome = record[side];
    return outcome !== null && 'fields' in outcome && (outcome.fields[field] ?? null) !== null;
  }).length;
}

function countErrors(records: Preview['records']): Preview['errors'] {
  const counted = new Map<string, { path: string; message: string; records: number }>();
  for (const { after } of records) {
    if (!('issues' in after)) continue;
    for (const { path, message } of after.issues) {
      const key = JSON.stringify([path, message]);
      const known = counted.get(key);
      if (known) known.records += 1;
      else counted.set(key, { path, message, records: 1 });
    }
  }
  return [...counted.values()].toSorted((a, b) => b.records - a.records);
}
