/** What a mapping says, as plain data: reading it, changing it, and telling it in words. */
import type { Schemas } from '../../api/client.ts';
import { words } from '../../words/index.ts';
import type { Direction } from './queries.ts';

export type Content = Schemas['MappingContent'];
export type FieldMapping = Content['fields'][number];
export type Source = FieldMapping['source'];
export type Transform = FieldMapping['transform'];
export type Issue = { path: string; message: string };

/** What a mapping may fill. */
export interface Target {
  name: string;
  kind: string;
  required: boolean;
  /** Our words, where it takes only these. */
  values: string[] | null;
  isClearable: boolean;
}

export const contentOf = ({ externalId, sourceUpdatedAt, companyField, fields }: Content): Content => ({
  externalId,
  sourceUpdatedAt,
  ...(companyField && { companyField }),
  fields,
});

/** The field in its place; `null` takes it away. */
export function withField(content: Content, target: string, field: FieldMapping | null): Content {
  const isThere = content.fields.some((one) => one.target === target);
  if (!isThere) return field ? { ...content, fields: [...content.fields, field] } : content;
  return { ...content, fields: content.fields.flatMap((one) => (one.target === target ? (field ?? []) : one)) };
}

export type Mode = keyof typeof words.mappings.modes;

export function modeOf(source: Source | undefined): Mode {
  if (source === undefined) return 'nothing';
  if (typeof source === 'string') return 'field';
  if ('paths' in source) return 'joined';
  return constantOf(source.expression) === null ? 'expression' : 'constant';
}

/** A formula that is one text is the same for every record. */
export function constantOf(expression: string): string | null {
  if (!/^"(?:[^"\\]|\\.)*"$/.test(expression)) return null;
  try {
    return JSON.parse(expression) as string;
  } catch {
    return null;
  }
}

const transformsOf: Record<Direction, Record<string, Transform['kind'][]>> = {
  in: { text: ['text', 'phone', 'enum'], integer: ['integer'], decimal: ['decimal', 'money'], enum: ['enum'] },
  out: { text: ['text', 'enum'], integer: ['integer'], decimal: ['decimal', 'integer'], enum: ['enum', 'text'] },
};

/** The transforms whose answer fits; the API has the last word. */
export const fitting = ({ kind }: Target, direction: Direction) => transformsOf[direction][kind] ?? [kind as 'day' | 'timestamp'];

export function startTransform(kind: Transform['kind']): Transform {
  if (kind === 'enum') return { kind, values: {} };
  return kind === 'money' ? { kind, currency: {} } : { kind };
}

/** A field that begins to be filled. */
export function startField(target: Target, direction: Direction, source: Source): FieldMapping {
  const [kind] = fitting(target, direction);
  return { target: target.name, source, transform: startTransform(kind!), required: target.required };
}

/** The values of a raw record by their paths. */
export function valuesOf(raw: unknown, prefix = ''): Map<string, string> {
  const values = new Map<string, string>();
  for (const [key, value] of Object.entries((raw ?? {}) as Record<string, unknown>)) {
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isGroup) for (const [path, inner] of valuesOf(value, `${prefix}${key}.`)) values.set(path, inner);
    else if (value !== null) values.set(prefix + key, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return values;
}

/** As errors of records name it. */
export function sourceLabel({ source, target }: FieldMapping): string {
  if (typeof source === 'string') return source;
  return 'paths' in source ? source.paths.join(' + ') : `the expression for ${target}`;
}

/** What is wrong, by the field that it is about; what is about none of them is `others`. */
export function issuesByField(issues: Issue[], { fields }: Content): { of: Map<string, string[]>; others: string[] } {
  const of = new Map<string, string[]>();
  const others: string[] = [];
  for (const { path, message } of issues) {
    const place = /(?:^|\.)fields\.(\d+)\./.exec(path);
    const target = place ? fields[Number(place[1])]?.target : /(?:^|\.)fields$/.test(path) ? message.split(' ', 1)[0] : undefined;
    if (target === undefined) others.push(message);
    else of.set(target, [...(of.get(target) ?? []), message]);
  }
  return { of, others };
}
