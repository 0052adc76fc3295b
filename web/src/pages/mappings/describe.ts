/** A mapping in words, a line for each field, so that two of them can be told apart by anybody. */
import { words } from '../../words/index.ts';
import { constantOf, type Content, type FieldMapping, type Source, type Transform } from './content.ts';

const text = words.mappings;

export const fieldName = (name: string) => text.fields[name]?.[0] ?? name;

export function describeMapping({ externalId, sourceUpdatedAt, companyField, fields }: Content): Record<string, string> {
  const company = [companyField?.source, companyField?.sourceWhenInbound].filter(Boolean).join(', ');
  return {
    [text.theId]: externalId,
    [text.theTime]: sourceUpdatedAt,
    ...(company && { [text.theCompany]: company }),
    ...Object.fromEntries(fields.map((field) => [field.target, describeField(field)])),
  };
}

function describeField({ source, transform, required, default: whenEmpty }: FieldMapping): string {
  return [
    describeSource(source),
    describeTransform(transform),
    ...(whenEmpty === undefined ? [] : [text.ifEmpty(whenEmpty)]),
    ...(required ? [text.mustBeThere] : []),
  ].join(' · ');
}

function describeSource(source: Source): string {
  if (typeof source === 'string') return source;
  if ('paths' in source) return text.joined(source.paths, source.separator);
  const constant = constantOf(source.expression);
  return constant === null ? source.expression : text.always(constant);
}

/** Its kind, and what was chosen of its options. */
export function describeTransform(transform: Transform): string {
  const options: string[] = [];
  if ('trim' in transform && transform.trim) options.push(text.trim);
  if ('case' in transform && transform.case) options.push(text.letterCases[transform.case]);
  if ('absolute' in transform && transform.absolute) options.push(text.absolute);
  if ('decimalComma' in transform && transform.decimalComma) options.push(text.decimalComma);
  if ('thousands' in transform && transform.thousands) options.push(text.thousands);
  if ('zone' in transform && transform.zone) options.push(transform.zone);
  if ('epoch' in transform && transform.epoch) options.push(text.epochs[transform.epoch]);
  if ('country' in transform && transform.country) options.push(transform.country);
  if (transform.kind === 'money')
    options.push(...[transform.currency.source, transform.currency.fixed].filter((one) => one !== undefined));
  if (transform.kind === 'enum') {
    options.push(...Object.entries(transform.values).map(([theirs, ours]) => `${theirs} → ${ours}`));
    if (transform.default !== undefined) options.push(`… → ${transform.default}`);
  }
  return [text.transforms[transform.kind], ...(options.length > 0 ? [options.join(', ')] : [])].join(': ');
}
