import { limitOf } from './field-limits.ts';
import { isZone } from './local-time.ts';
import {
  canonicalFields,
  type FieldKind,
  type FieldMapping,
  type MappingIssue,
  type MappingSet,
  type Transform,
} from './mapping.ts';
import { compileTransform, currencyOf } from './transforms.ts';

/** Which kinds of fields a transform's answer fits. */
const gives: Record<Transform['kind'], readonly FieldKind[]> = {
  text: ['text'],
  integer: ['integer'],
  decimal: ['decimal'],
  money: ['decimal'],
  timestamp: ['timestamp'],
  day: ['day'],
  phone: ['text'],
  enum: ['enum', 'text'],
};

type Fault = [place: string, message: string];

/** Names everything that is wrong with a mapping before a single record runs through it. */
export function checkMapping(mapping: Omit<MappingSet, 'version'>): MappingIssue[] {
  const known = canonicalFields[mapping.object];
  const issues: MappingIssue[] = [];
  const seen = new Set<string>();
  mapping.fields.forEach((field, index) => {
    const path = `fields.${index}`;
    const add = (faults: Fault[]) => faults.forEach(([place, message]) => issues.push({ path: `${path}.${place}`, message }));
    add(checkTarget(mapping, field));
    add(checkTransform(field.transform));
    for (const target of [field.target, ...(field.transform.kind === 'money' ? ['currency'] : [])]) {
      if (seen.has(target)) issues.push({ path: `${path}.target`, message: `${target} is mapped twice` });
      seen.add(target);
    }
  });
  if (mapping.companyField?.sourceWhenInbound !== undefined && !Object.hasOwn(known, 'direction'))
    issues.push({ path: 'companyField.sourceWhenInbound', message: `${mapping.object} has no direction: leave it out` });
  for (const [target, { required }] of Object.entries(known))
    if (required && !seen.has(target)) issues.push({ path: 'fields', message: `${target} is required and has no source` });
  return issues;
}

function checkTarget({ object }: Pick<MappingSet, 'object'>, field: FieldMapping): Fault[] {
  const { target, transform, required } = field;
  const known = canonicalFields[object];
  const expected = Object.hasOwn(known, target) ? known[target] : undefined;
  if (!expected) return [['target', `${target} is not a field of ${object}`]];
  const faults: Fault[] = [];
  if (!gives[transform.kind].includes(expected.kind))
    faults.push(['transform', `${target} takes ${expected.kind}, not ${transform.kind}`]);
  if (transform.kind === 'money' && (target === 'quantity' || !Object.hasOwn(known, 'currency')))
    faults.push(['transform', `${target} of ${object} is no amount of money`]);
  if (transform.kind === 'enum' && expected.values)
    for (const value of [...Object.values(transform.values), ...(transform.default === undefined ? [] : [transform.default])])
      if (!expected.values.includes(value)) faults.push(['transform.values', `${value} is not a ${target}`]);
  if (expected.required && !required) faults.push(['required', `${target} is required`]);
  if (field.default !== undefined && !isOfKind(field.default, expected, target))
    faults.push(['default', `is not a valid ${expected.kind} for ${target}`]);
  return faults;
}

/** A default stands in our words. */
function isOfKind(value: string, { kind, values }: { kind: FieldKind; values?: readonly string[] }, target: string): boolean {
  if (value === '' || limitOf(target)?.(value) !== undefined) return false;
  if (kind === 'enum') return values?.includes(value) ?? true;
  if (kind === 'text') return true;
  const read = compileTransform({ kind }, { phone: () => undefined })(value);
  return read !== undefined && String(read) === value;
}

function checkTransform(transform: Transform): Fault[] {
  if ((transform.kind === 'timestamp' || transform.kind === 'day') && transform.zone !== undefined && !isZone(transform.zone))
    return [['transform.zone', `${transform.zone} is not a time zone: give an IANA name, such as Europe/Berlin`]];
  if (transform.kind === 'day' && transform.epoch !== undefined && transform.zone === undefined)
    return [['transform.zone', 'is missing: a moment is on another day in another zone']];
  if (transform.kind !== 'money') return [];
  const { source, fixed } = transform.currency;
  if (source === undefined && fixed === undefined) return [['transform.currency', 'needs a source, or a fixed code, or both']];
  if (fixed !== undefined && currencyOf(fixed) !== fixed)
    return [['transform.currency.fixed', 'is not the code of a currency, such as EUR']];
  return [];
}
