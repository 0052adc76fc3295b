/** A provider's form, given as JSON Schema, as the fields that a person fills in. */
export interface Field {
  name: string;
  label: string;
  description: string | undefined;
  kind: 'text' | 'secret' | 'longSecret' | 'choice' | 'flag' | 'number' | 'phone' | 'list';
  isRequired: boolean;
  choices: string[];
}

interface PropertySchema {
  type?: string;
  title?: string;
  description?: string;
  enum?: string[];
  writeOnly?: boolean;
  format?: string;
  maxLength?: number;
}

/** As long as no line of a person: a key in PEM, which has several. */
const longFrom = 4_096;

export function fieldsOf(schema: Record<string, unknown>): Field[] {
  const properties = (schema['properties'] ?? {}) as Record<string, PropertySchema>;
  const required = (schema['required'] ?? []) as string[];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    label: property.title ?? plainName(name),
    description: property.description,
    kind: kindOf(property),
    isRequired: required.includes(name),
    choices: property.enum ?? [],
  }));
}

function kindOf({ type, enum: choices, writeOnly, format, maxLength = 0 }: PropertySchema): Field['kind'] {
  if (writeOnly) return maxLength >= longFrom ? 'longSecret' : 'secret';
  if (choices) return 'choice';
  if (type === 'boolean') return 'flag';
  if (type === 'number' || type === 'integer') return 'number';
  if (type === 'array') return 'list';
  return format === 'phone' ? 'phone' : 'text';
}

/** `webhookUser` reads "Webhook user". */
const plainName = (name: string) =>
  name
    .replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replace(/^./, (first) => first.toUpperCase());

type Entered = string | number | boolean | string[] | null;
export type FormValues = Record<string, Entered>;

export const emptyValues = (fields: Field[]): FormValues =>
  Object.fromEntries(
    fields.map(({ name, kind }) => [name, kind === 'list' ? [] : kind === 'choice' ? null : kind === 'flag' ? false : '']),
  );

/** Without what was left empty. */
export const filledValues = (values: FormValues) =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== '' && value !== null && !(Array.isArray(value) && value.length === 0)),
  ) as Record<string, Exclude<Entered, null>>;
