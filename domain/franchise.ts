/**
 * Whose a record is, on a connection that several companies feed: a field of the record names the franchise by a value that the
 * connection's franchise keys translate, for example the number that a message was sent from.
 */
import { valueAt } from './raw-value.ts';

/** The part of a mapping that says where a record names its franchise. */
export interface CompanyField {
  /** Dotted path into the raw record, for example `from`. */
  source: string;
  /** Where a received message names it, when that is another place: what a franchise sends from, it is written to at. */
  sourceWhenInbound?: string;
}

/** By value. `isFranchise` is false once the company no longer stands under the connection's own. */
export type FranchiseKeys = ReadonlyMap<string, { companyId: string; isFranchise: boolean }>;

/** The path and the value by which a record names its franchise; `null` when it names none. */
export interface Named {
  path: string;
  value: string | null;
}

export function namedFranchise(field: CompanyField, raw: unknown, isInbound: boolean): Named {
  const path = (isInbound && field.sourceWhenInbound) || field.source;
  const value = valueAt(raw, path);
  const isText = typeof value === 'string' || typeof value === 'number';
  return { path, value: isText && value !== '' ? String(value) : null };
}

/** What is wrong and what to do about it; `waitsFor` is the value that needs a key. */
export interface Homeless {
  sentence: string;
  waitsFor: string | null;
}

/** The company, or why there is none. The value is told, because nobody could add the key otherwise. */
export function franchiseOf({ path, value }: Named, keys: FranchiseKeys): { companyId: string } | Homeless {
  if (value === null)
    return {
      sentence: `${path} is empty, and it names the franchise that the record belongs to: fill it in at the provider, then retry.`,
      waitsFor: null,
    };
  const key = keys.get(value);
  if (key?.isFranchise) return { companyId: key.companyId };
  const told = JSON.stringify([...value].slice(0, valueShownMax).join(''));
  if (key)
    return {
      sentence: `${path} is ${told}, whose company no longer stands under the connection's own: give the key to a franchise, then retry.`,
      waitsFor: value,
    };
  return {
    sentence: `${path} is ${told}, which names no franchise: add it to the connection's franchise keys, then retry.`,
    waitsFor: value,
  };
}

/** Characters of a value in a sentence. */
const valueShownMax = 64;
