/** Somebody who asks the API for things, and comes again while nobody answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Role } from '../../domain/permissions.ts';
import type { Lab } from './lab.ts';

export interface Person {
  key: string;
}

export interface Answer<Body = any> {
  status: number;
  body: Body;
}

export interface AskOptions {
  /** Without it: POST with a body, GET without. */
  method?: 'PATCH';
  /** Given with every repetition of what may happen once. */
  idempotencyKey?: string;
}

const answeredWithinMs = 90_000;
const insistForMs = 240_000;

/** Somebody with a role in a company, or of the platform. */
export async function createPerson({ app }: Lab, companyId: string | null, role: Role): Promise<Person> {
  return app.apiKeys.create({ companyId, role, label: 'faults' }, { actor: 'test' });
}

/** Asks once. `null`: nobody answered. */
export async function ask<Body = any>(
  { url }: Pick<Lab, 'url'>,
  { key }: Person,
  path: string,
  body?: unknown,
  { method, idempotencyKey }: AskOptions = {},
): Promise<Answer<Body> | null> {
  try {
    const answer = await fetch(`${url}/v1${path}`, {
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
      },
      ...(body !== undefined && { method: method ?? 'POST', body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answeredWithinMs),
    });
    return { status: answer.status, body: (await answer.json()) as Body };
  } catch {
    return null;
  }
}

/** Not when nobody could say, and not while an earlier asking of the same is still being answered. */
const isSaidForGood = ({ status, body }: Answer<{ error?: { code?: string } }>) =>
  status < 500 && body.error?.code !== 'idempotency_running';

/** Asks until somebody has answered for good: neither nobody, nor "not now". */
export async function insist<Body = any>(
  lab: Pick<Lab, 'url'>,
  person: Person,
  path: string,
  body?: unknown,
  { isForGood = isSaidForGood, ...options }: AskOptions & { isForGood?: (answer: Answer) => boolean } = {},
): Promise<Answer<Body>> {
  const deadline = Date.now() + insistForMs;
  for (;;) {
    const answer = await ask<Body>(lab, person, path, body, options);
    if (answer && isForGood(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(
        `${path} was not answered for good within ${insistForMs / 1_000} s: ${answer ? JSON.stringify(answer) : 'nobody answered'}.`,
      );
    await sleep(500);
  }
}
