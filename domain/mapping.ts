import { oversizedFields } from './field-limits.ts';
import type { CompanyField } from './franchise.ts';
import { valueAt } from './raw-value.ts';
import { messageStatuses, type CanonicalObject, type CanonicalRecord } from './records.ts';

/** How one field of a canonical record is made from a provider's raw record. */
export interface FieldMapping {
  target: string;
  /** Dotted path into the raw record, for example `to` or `subresource_uris.media`. */
  source: string;
  transform: Transform;
  required: boolean;
}

export type Transform =
  | { kind: 'text' }
  | { kind: 'integer' }
  | { kind: 'decimal'; absolute?: boolean }
  | { kind: 'timestamp' }
  | { kind: 'day' }
  | { kind: 'enum'; values: Record<string, string> };

export interface MappingSet {
  object: CanonicalObject;
  version: number;
  externalId: string;
  sourceUpdatedAt: string;
  /** On a connection that franchises feed: where a record names its franchise. Absent: all records are the connection's company's. */
  companyField?: CompanyField;
  fields: FieldMapping[];
}

export interface MappingIssue {
  path: string;
  message: string;
}

export type MappingResult = { record: CanonicalRecord } | { issues: MappingIssue[] };

/** What each canonical object must and may hold. A mapping that names anything else is refused. */
export const canonicalFields: Record<
  CanonicalObject,
  Record<string, { required: boolean; kind: Transform['kind']; values?: readonly string[] }>
> = {
  message: {
    direction: { required: true, kind: 'enum', values: ['inbound', 'outbound'] },
    fromAddress: { required: false, kind: 'text' },
    toAddress: { required: false, kind: 'text' },
    body: { required: false, kind: 'text' },
    status: { required: true, kind: 'enum', values: messageStatuses },
    segments: { required: false, kind: 'integer' },
    errorCode: { required: false, kind: 'text' },
    price: { required: false, kind: 'decimal' },
    currency: { required: false, kind: 'text' },
    sentAt: { required: false, kind: 'timestamp' },
  },
  usage: {
    category: { required: true, kind: 'text' },
    day: { required: true, kind: 'day' },
    quantity: { required: true, kind: 'decimal' },
    unit: { required: true, kind: 'text' },
    price: { required: false, kind: 'decimal' },
    currency: { required: false, kind: 'text' },
  },
  contact: {
    name: { required: false, kind: 'text' },
    email: { required: false, kind: 'text' },
    phone: { required: false, kind: 'text' },
    organisation: { required: false, kind: 'text' },
  },
  deal: {
    title: { required: true, kind: 'text' },
    stage: { required: true, kind: 'text' },
    contactExternalId: { required: false, kind: 'text' },
    ownerExternalId: { required: false, kind: 'text' },
    amount: { required: false, kind: 'decimal' },
    currency: { required: false, kind: 'text' },
    expectedCloseOn: { required: false, kind: 'day' },
    openedAt: { required: false, kind: 'timestamp' },
  },
};

const emptyFields = Object.fromEntries(
  Object.entries(canonicalFields).map(([object, fields]) => [
    object,
    Object.fromEntries(Object.keys(fields).map((name) => [name, null])),
  ]),
) as Record<CanonicalObject, Record<string, null>>;

/** Turns one raw record into a canonical one, or names every field that does not fit. Values never appear in an issue. */
export function applyMapping(mapping: MappingSet, raw: unknown): MappingResult {
  const issues: MappingIssue[] = [];
  const fields: Record<string, unknown> = { ...emptyFields[mapping.object] };
  for (const { target, source, transform, required } of mapping.fields) {
    const value = valueAt(raw, source);
    if (value === undefined || value === null || value === '') {
      if (required) issues.push({ path: source, message: `is empty, and ${target} needs it` });
      continue;
    }
    const mapped = transforms[transform.kind](value, transform as never);
    if (mapped === undefined) issues.push({ path: source, message: `is not a valid ${transform.kind} for ${target}` });
    else fields[target] = mapped;
  }
  const externalId = externalIdOf(mapping, raw);
  if (externalId === null) issues.push({ path: mapping.externalId, message: 'is empty, and the record needs an id' });
  const sourceUpdatedAt = transforms.timestamp(valueAt(raw, mapping.sourceUpdatedAt));
  if (sourceUpdatedAt === undefined) issues.push({ path: mapping.sourceUpdatedAt, message: 'is not a valid timestamp' });
  for (const { field, message } of [...oversizedFields(fields), ...oversizedFields({ externalId, sourceUpdatedAt })])
    issues.push({ path: sourceOf(mapping, field), message });
  if (issues.length > 0) return { issues };
  const record = {
    object: mapping.object,
    externalId,
    sourceUpdatedAt,
    fields,
    ...(mapping.object === 'deal' && { movements: [] }),
  };
  return { record: record as unknown as CanonicalRecord };
}

/** The provider's id of a raw record; some providers' ids are numbers. */
export function externalIdOf({ externalId }: Pick<MappingSet, 'externalId'>, raw: unknown): string | null {
  const id = valueAt(raw, externalId);
  return isScalar(id) && id !== '' ? String(id) : null;
}

/** Names everything that is wrong with a mapping before a single record runs through it. */
export function checkMapping(mapping: Omit<MappingSet, 'version'>): MappingIssue[] {
  const known = canonicalFields[mapping.object];
  const issues: MappingIssue[] = [];
  const seen = new Set<string>();
  mapping.fields.forEach((field, index) => {
    const path = `fields.${index}`;
    const expected = Object.hasOwn(known, field.target) ? known[field.target] : undefined;
    if (!expected) issues.push({ path: `${path}.target`, message: `${field.target} is not a field of ${mapping.object}` });
    else {
      if (expected.kind !== field.transform.kind)
        issues.push({
          path: `${path}.transform`,
          message: `${field.target} takes ${expected.kind}, not ${field.transform.kind}`,
        });
      if (field.transform.kind === 'enum' && expected.values) {
        for (const value of Object.values(field.transform.values))
          if (!expected.values.includes(value))
            issues.push({ path: `${path}.transform.values`, message: `${value} is not a ${field.target}` });
      }
      if (expected.required && !field.required) issues.push({ path: `${path}.required`, message: `${field.target} is required` });
    }
    if (seen.has(field.target)) issues.push({ path: `${path}.target`, message: `${field.target} is mapped twice` });
    seen.add(field.target);
  });
  if (mapping.companyField?.sourceWhenInbound !== undefined && !Object.hasOwn(known, 'direction'))
    issues.push({ path: 'companyField.sourceWhenInbound', message: `${mapping.object} has no direction: leave it out` });
  for (const [target, { required }] of Object.entries(known))
    if (required && !seen.has(target)) issues.push({ path: 'fields', message: `${target} is required and has no source` });
  return issues;
}

function sourceOf(mapping: MappingSet, field: string): string {
  if (field === 'externalId' || field === 'sourceUpdatedAt') return mapping[field];
  return mapping.fields.find(({ target }) => target === field)?.source ?? field;
}

/** Each answers `undefined` for a value that does not fit. */
const transforms = {
  text: (value: unknown) => (isScalar(value) ? String(value) : undefined),
  integer: (value: unknown) => (isScalar(value) && /^-?\d{1,15}$/.test(String(value)) ? Number(value) : undefined),
  decimal: (value: unknown, transform: { absolute?: boolean }) => {
    const text = String(value).trim();
    if (!isScalar(value) || !/^-?\d{1,18}(\.\d{1,8})?$/.test(text)) return undefined;
    return transform.absolute ? text.replace(/^-/, '') : text;
  },
  timestamp: (value: unknown) => {
    const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(time) ? undefined : new Date(time).toISOString();
  },
  day: (value: unknown) => (typeof value === 'string' && isDay(value) ? value : undefined),
  enum: (value: unknown, transform: { values: Record<string, string> }) =>
    typeof value === 'string' && Object.hasOwn(transform.values, value) ? transform.values[value] : undefined,
};

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}

/** `Date.parse` takes 30 February for 2 March; a database refuses it, and with it the whole page. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
