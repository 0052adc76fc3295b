import { isDeepStrictEqual } from 'node:util';
import { ApiError, type Issue } from './errors.ts';

type Parts = Readonly<Record<string, unknown>>;

/**
 * Answers 409, naming each, where something stands otherwise by now than the person saw when they changed it. What stands as they want
 * it is no conflict: a request whose answer was lost is made again.
 */
export function requireAsSeen(of: { stands: Parts; was: Parts; wanted: Parts }, path?: string): void {
  const issues = otherwise(of, path === undefined ? [] : [path]);
  if (issues.length === 0) return;
  const sentence = 'Somebody else has changed this since: read it again, then save yours over it.';
  throw new ApiError(409, 'conflict', sentence, { issues });
}

/** Parts within parts are looked at one by one; what is not there is `null`. */
function otherwise({ stands, was, wanted }: { stands: Parts; was: Parts; wanted: Parts }, path: string[]): Issue[] {
  return Object.entries(was).flatMap(([key, seen]) => {
    if (seen === undefined) return [];
    const [is, becomes] = [stands[key] ?? null, wanted[key] ?? null];
    if (isParts(seen)) return otherwise({ stands: asParts(is), was: seen, wanted: asParts(becomes) }, [...path, key]);
    if (isDeepStrictEqual(is, seen) || isDeepStrictEqual(is, becomes)) return [];
    return [{ path: [...path, key].join('.'), message: 'Somebody else has changed this since.' }];
  });
}

const isParts = (value: unknown): value is Parts => typeof value === 'object' && value !== null && !Array.isArray(value);
const asParts = (value: unknown): Parts => (isParts(value) ? value : {});
