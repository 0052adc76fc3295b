import { isSupportedCountry } from 'libphonenumber-js';
import jsonata from 'jsonata';
import { checkMapping } from '../domain/check-mapping.ts';
import type { MappingIssue, MappingSet } from '../domain/mapping.ts';

/** Functions that answer differently for the same record, so that it would look changed in every run; and code made of data. */
const refused = ['now', 'millis', 'random', 'shuffle', 'eval'];

/** All that is wrong with a mapping: the domain's rules, the syntax of its expressions, its countries. */
export function checkMappingSet(mapping: Omit<MappingSet, 'version'>): MappingIssue[] {
  const issues = checkMapping(mapping);
  mapping.fields.forEach(({ source, transform }, index) => {
    const add = (place: string, message: string) => issues.push({ path: `fields.${index}.${place}`, message });
    if (typeof source === 'object' && 'expression' in source) {
      const fault = expressionFault(source.expression);
      if (fault !== undefined) add('source.expression', fault);
    }
    if (transform.kind === 'phone' && transform.country !== undefined && !isSupportedCountry(transform.country))
      add('transform.country', `${transform.country} is not a country: give its two letters, such as DE`);
  });
  return issues;
}

function expressionFault(expression: string): string | undefined {
  try {
    const names = variablesOf(jsonata(expression).ast());
    const name = refused.find((one) => names.has(one));
    if (name === undefined) return undefined;
    return name === 'eval' ? 'must not use $eval' : `must not use $${name}: it answers differently for the same record each time`;
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number };
    return `is not JSONata${position === undefined ? '' : `, at character ${position}`}: ${message ?? 'it cannot be read'}`;
  }
}

/** The names of all variables, functions among them, wherever they stand. */
function variablesOf(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return found;
  const { type, value } = node as { type?: unknown; value?: unknown };
  if (type === 'variable' && typeof value === 'string') found.add(value);
  for (const child of Object.values(node)) variablesOf(child, found);
  return found;
}
