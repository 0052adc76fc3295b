import { createHash } from 'node:crypto';
import type { AppStores } from '../db/app/stores/index.ts';
import { Conflict } from '../db/errors.ts';
import { ApiError, invalid } from './errors.ts';
import type { Caller } from './locals.ts';
import type { NamedRequest, Route } from './route.ts';

/**
 * Runs `handle` once for an `Idempotency-Key`: a repeat with the same body gets the first answer. A refusal leaves nothing behind, so
 * the same key may be tried again. After any other error, and after the death of a process, nobody knows what came of it: the
 * repeat is told so.
 */
export async function once(
  store: AppStores['idempotency'],
  route: Route,
  request: { key: string; caller: Caller; ids: Record<string, string>; body: unknown },
  handle: (request: NamedRequest) => Promise<unknown>,
): Promise<unknown> {
  const { key, caller, ids, body } = request;
  if (!route.idempotent)
    throw invalid([{ path: 'Idempotency-Key', message: 'This route does not take one: repeating it is harmless as it is.' }]);
  if (!/^[\x21-\x7e]{1,100}$/.test(key))
    throw invalid([{ path: 'Idempotency-Key', message: 'Must be 1 to 100 printable ASCII characters without spaces.' }]);

  const scope = `${caller.keyId ?? caller.actor} ${route.method} ${route.path}`;
  const requestHash = createHash('sha256')
    .update(JSON.stringify([ids, body]))
    .digest('hex');
  const begun = await store.begin({ scope, key, requestHash });
  if (begun.state === 'done') return begun.body;
  if (begun.state === 'mismatch')
    throw new ApiError(422, 'idempotency_mismatch', 'This Idempotency-Key was used for another request: take a new one.');
  if (begun.state === 'running')
    throw new ApiError(
      409,
      'idempotency_running',
      'The first request with this Idempotency-Key is still being worked on: repeat it in a second.',
      {
        retryAfterS: 1,
      },
    );

  let answer: unknown;
  try {
    answer = await handle({ name: `${scope} ${key}`, isRepeated: begun.state === 'again' });
  } catch (error) {
    await (isClean(error) ? store.abandon(scope, key) : store.letGo(scope, key));
    throw error;
  }
  await store.finish(scope, key, route.status, answer);
  return answer;
}

/** It was said before anything was done. */
const isClean = (error: unknown) => error instanceof Conflict || (error instanceof ApiError && error.status < 500);
