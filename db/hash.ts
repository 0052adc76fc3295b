import { createHash } from 'node:crypto';

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** JSON with sorted keys: equal values give equal text, in whatever order their fields were written. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
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
