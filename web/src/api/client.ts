import createClient from 'openapi-fetch';
import { basePath } from '../base.ts';
import { words } from '../words/index.ts';
import type { components, paths } from './schema.d.ts';

export type Schemas = components['schemas'];

/** An answer other than success, as the API worded it for people. */
export class Problem extends Error {
  readonly status: number;
  readonly issues: { path: string; message: string }[];
  constructor(status: number, message: string, issues: { path: string; message: string }[] = []) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.issues = issues;
  }
}

/** The API knows who asks, and does not show it to them: what was shown before is theirs no more. */
export const isRefusal = (error: unknown): boolean => error instanceof Problem && [401, 403, 404].includes(error.status);

const baseUrl = basePath.replace(/\/$/, '');
export const api = createClient<paths>({ baseUrl, credentials: 'same-origin' });

/** For whoever came by a signed link: it speaks for them, and a cookie of somebody who is signed in here does not. */
export const apiByLink = (token: string) =>
  createClient<paths>({ baseUrl, credentials: 'omit', headers: { authorization: `Bearer ${token}` } });

/** What the API answered, or a `Problem`. */
export async function answerOf<Data>(call: Promise<{ data?: Data; error?: unknown; response: Response }>): Promise<Data> {
  const answered = await call.catch(() => {
    throw new Problem(0, words.problem.unreachable);
  });
  if (answered.response.ok) return answered.data as Data;
  const { error } = (answered.error ?? {}) as { error?: { message?: string; issues?: { path: string; message: string }[] } };
  throw new Problem(answered.response.status, error?.message ?? words.problem.answered(answered.response.status), error?.issues);
}
