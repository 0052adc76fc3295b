/** Mapping sets: how records of a provider become ours, as data. `compile-mapping.ts` makes them work, `check-mapping.ts` judges them. */
import type { CompanyField } from './franchise.ts';
import { isScalar, valueAt } from './raw-value.ts';
import { messageStatuses, type CanonicalObject, type CanonicalRecord } from './records.ts';

/** How one field of a canonical record is made from a provider's raw record. */
export interface FieldMapping {
  target: string;
  source: Source;
  transform: Transform;
  required: boolean;
  /** In our words, where the source is empty. */
  default?: string;
}

/**
 * Where a value comes from: a dotted path into the raw record, for example `to` or `subresource_uris.media`; several of them in a row,
 * without those that are empty; or a JSONata expression over the whole record (https://docs.jsonata.org/overview), which gives one
 * text, number or boolean.
 */
export type Source = string | { paths: string[]; separator: string } | { expression: string };

export type Transform =
  | { kind: 'text'; trim?: boolean; case?: 'lower' | 'upper' }
  | { kind: 'integer' }
  | ({ kind: 'decimal' } & NumberFormat)
  /** Also fills the record's `currency`: from a path, and with `fixed` where that is empty or not given. */
  | ({ kind: 'money'; currency: { source?: string; fixed?: string } } & NumberFormat)
  | ({ kind: 'timestamp' } & TimeFormat)
  /** Without `zone` a day as `YYYY-MM-DD`; with it also the day on which a moment lies there. */
  | ({ kind: 'day' } & TimeFormat)
  /** To E.164. A number without `+` is read as dialled in `country` (ISO 3166, two letters). */
  | { kind: 'phone'; country?: string }
  /** Without a default, an unknown value rejects the record. */
  | { kind: 'enum'; values: Record<string, string>; default?: string };

export interface NumberFormat {
  absolute?: boolean;
  /** `1,5` is one and a half. */
  decimalComma?: boolean;
  /** Digits may stand in groups of three: `1,234.5`, with `decimalComma` `1.234,5`; spaces and apostrophes with both. */
  thousands?: boolean;
}

export interface TimeFormat {
  /** IANA name: where a time that says no offset was written. */
  zone?: string;
  /** What a number counts since 1970. */
  epoch?: 's' | 'ms';
}

export interface MappingSet {
  object: CanonicalObject;
  /** `out`: from our fields to the provider’s, see `out-mapping.ts`. Absent: from the provider’s records to ours. */
  direction?: 'out';
  version: number;
  externalId: string;
  sourceUpdatedAt: string;
  /** On a connection that franchises feed: where a record names its franchise. Absent: all records are the connection's company's. */
  companyField?: CompanyField;
  fields: FieldMapping[];
}

export type MappingDirection = 'in' | 'out';
/** What a mapping is kept under: one that writes never stands where one that reads is looked for, by any release. */
export type MappingName = CanonicalObject | `${CanonicalObject}:out`;

export function mappingName({ object, direction }: { object: CanonicalObject; direction?: MappingDirection }): MappingName {
  return direction === 'out' ? `${object}:out` : object;
}

export interface MappingIssue {
  path: string;
  message: string;
}

export type MappingResult = { record: CanonicalRecord } | { issues: MappingIssue[] };

export type FieldKind = 'text' | 'integer' | 'decimal' | 'timestamp' | 'day' | 'enum';

/** What each canonical object must and may hold. A mapping that names anything else is refused. */
export const canonicalFields: Record<
  CanonicalObject,
  Record<string, { required: boolean; kind: FieldKind; values?: readonly string[] }>
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

/** The provider's id of a raw record; some providers' ids are numbers. */
export function externalIdOf({ externalId }: Pick<MappingSet, 'externalId'>, raw: unknown): string | null {
  const id = valueAt(raw, externalId);
  return isScalar(id) && id !== '' ? String(id) : null;
}

/** The expressions of a mapping, in the order in which their values are handed to it. */
export function expressionsOf({ fields }: Pick<MappingSet, 'fields'>): string[] {
  return fields.flatMap(({ source }) => (typeof source === 'object' && 'expression' in source ? source.expression : []));
}

/** Every path of the raw record that a mapping's fields read; what an expression reads, only the expression knows. */
export function pathsOf(mapping: Pick<MappingSet, 'fields'>): { path: string; target: string }[] {
  return mapping.fields.flatMap(({ source, transform, target }) => {
    const own = typeof source === 'string' ? [source] : 'paths' in source ? source.paths : [];
    const currency = transform.kind === 'money' && transform.currency.source;
    return [...own.map((path) => ({ path, target })), ...(currency ? [{ path: currency, target: 'currency' }] : [])];
  });
}

/** A field's source, as a sentence names it. */
export function sourceLabel({ source, target }: Pick<FieldMapping, 'source' | 'target'>): string {
  if (typeof source === 'string') return source;
  return 'paths' in source ? source.paths.join(' + ') : `the expression for ${target}`;
}
