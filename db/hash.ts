import { hash } from 'node:crypto';

export function sha256(text: string): Buffer {
  return hash('sha256', text, 'buffer');
}

/** JSON with sorted keys: equal values give equal text, in whatever order their fields were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value));
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  // What writes itself, as a date does, is no place for other keys.
  if (value === null || typeof value !== 'object' || 'toJSON' in value) return value;
  const fields = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(fields)
      .toSorted()
      .map((key) => [key, sortKeys(fields[key])]),
  );
}

/** An outside key that fits its column: a longer one is cut and told apart by its hash. */
export function boundedKey(key: string): string {
  const bounded = key.length <= 255 ? key : `${key.slice(0, 190)}#${sha256(key).toString('hex')}`;
  return bounded.toWellFormed();
}

/** A sentence that fits its column of 500 characters. */
export function boundedSentence(sentence: string): string {
  const bounded = sentence.length <= 500 ? sentence : `${sentence.slice(0, 499)}…`;
  return bounded.toWellFormed();
}
