/** Makes a mapping set work: paths are split and transforms chosen once, so that a record costs little more than its fields. */
import { limitOf } from './field-limits.ts';
import {
  canonicalFields,
  sourceLabel,
  type FieldMapping,
  type MappingIssue,
  type MappingResult,
  type MappingSet,
  type Source,
} from './mapping.ts';
import { isScalar, valueReader } from './raw-value.ts';
import type { CanonicalObject } from './records.ts';
import { compileTransform, currencyOf, type MappingTools } from './transforms.ts';

/** What an expression gave for one record, or why it gave nothing: the rest of a sentence that begins with its name. */
export type Computed = { value: unknown } | { fault: string };

/** `computed` has one entry for each of `expressionsOf(mapping)`, in that order. */
export type CompiledMapping = (raw: unknown, computed?: readonly Computed[]) => MappingResult;

/** Turns raw records into canonical ones, or names every field that does not fit. Values never appear in an issue. */
export function compileMapping(mapping: MappingSet, tools: MappingTools): CompiledMapping {
  const fields = compileFields(mapping, tools);
  const idOf = valueReader(mapping.externalId);
  const updatedAtOf = valueReader(mapping.sourceUpdatedAt);
  const momentOf = compileTransform({ kind: 'timestamp' }, tools);
  const [idLimit, timeLimit] = [limitOf('externalId')!, limitOf('sourceUpdatedAt')!];
  const empty = emptyFields[mapping.object];

  return (raw, computed = []) => {
    const issues: MappingIssue[] = [];
    const record: Record<string, unknown> = { ...empty };
    for (const take of fields) take(raw, computed, record, issues);
    const id = idOf(raw);
    const externalId = isScalar(id) && id !== '' ? String(id) : null;
    const idFault = externalId === null ? 'is empty, and the record needs an id' : idLimit(externalId);
    if (idFault !== undefined) issues.push({ path: mapping.externalId, message: idFault });
    const sourceUpdatedAt = momentOf(updatedAtOf(raw)) as string | undefined;
    const timeFault = sourceUpdatedAt === undefined ? 'is not a valid timestamp' : timeLimit(sourceUpdatedAt);
    if (timeFault !== undefined) issues.push({ path: mapping.sourceUpdatedAt, message: timeFault });
    if (issues.length > 0) return { issues };
    const made = { object: mapping.object, externalId, sourceUpdatedAt, fields: record };
    return { record: mapping.object === 'deal' ? { ...made, movements: [] } : made } as unknown as MappingResult;
  };
}

const emptyFields = Object.fromEntries(
  Object.entries(canonicalFields).map(([object, fields]) => [
    object,
    Object.fromEntries(Object.keys(fields).map((name) => [name, null])),
  ]),
) as Record<CanonicalObject, Record<string, null>>;

/** Writes one field of `record`, or says what is wrong with it. */
type Take = (raw: unknown, computed: readonly Computed[], record: Record<string, unknown>, issues: MappingIssue[]) => void;

function compileFields({ object, fields }: MappingSet, tools: MappingTools): Take[] {
  let expressions = 0;
  return fields.map((field) => {
    const isExpression = typeof field.source === 'object' && 'expression' in field.source;
    return compileField(object, field, tools, isExpression ? expressions++ : -1);
  });
}

function compileField(object: CanonicalObject, field: FieldMapping, tools: MappingTools, expression: number): Take {
  const { target, transform, required } = field;
  const path = sourceLabel(field);
  const read = expression < 0 ? sourceReader(field.source) : undefined;
  const convert = compileTransform(transform, tools);
  const limit = limitOf(target);
  const isInteger = canonicalFields[object][target]?.kind === 'integer';
  const whenEmpty = field.default === undefined ? null : isInteger ? Number(field.default) : field.default;
  const takeCurrency = transform.kind === 'money' ? currencyTaker(transform.currency) : undefined;

  return (raw, computed, record, issues) => {
    let value: unknown;
    if (read) value = read(raw);
    else {
      const given = computed[expression];
      if (given === undefined || 'fault' in given) {
        issues.push({ path, message: given?.fault ?? 'was not computed' });
        return;
      }
      value = given.value;
    }
    let mapped: string | number | null | undefined = isEmpty(value) ? null : convert(value);
    if (mapped === undefined) {
      issues.push({ path, message: `is not a valid ${transform.kind} for ${target}` });
      return;
    }
    if (mapped === null || mapped === '') mapped = whenEmpty;
    if (mapped === null) {
      if (required) issues.push({ path, message: `is empty, and ${target} needs it` });
      return;
    }
    const fault = limit?.(typeof mapped === 'number' ? String(mapped) : mapped);
    if (fault !== undefined) issues.push({ path, message: fault });
    record[target] = mapped;
    takeCurrency?.(raw, computed, record, issues);
  };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function sourceReader(source: Source): (raw: unknown) => unknown {
  if (typeof source === 'string') return valueReader(source);
  if ('expression' in source) return () => undefined;
  const readers = source.paths.map(valueReader);
  return (raw) => {
    const parts: string[] = [];
    for (const read of readers) {
      const value = read(raw);
      if (isScalar(value) && value !== '') parts.push(String(value));
    }
    return parts.join(source.separator);
  };
}

function currencyTaker({ source, fixed }: { source?: string; fixed?: string }): Take {
  const read = source === undefined ? undefined : valueReader(source);
  return (raw, _computed, record, issues) => {
    const given = read?.(raw);
    const currency = isEmpty(given) ? fixed : currencyOf(given);
    if (currency !== undefined) record['currency'] = currency;
    else if (isEmpty(given)) issues.push({ path: source ?? 'currency', message: 'is empty, and an amount needs its currency' });
    else issues.push({ path: source ?? 'currency', message: 'is not the code of a currency' });
  };
}
