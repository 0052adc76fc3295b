import createClient from 'openapi-fetch';
import { basePath } from '../base.ts';
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

const baseUrl = basePath.replace(/\/$/, '');
export const api = createClient<paths>({ baseUrl, credentials: 'same-origin' });

/** For whoever came by a signed link: it speaks for them, and a cookie of somebody who is signed in here does not. */
export const apiByLink = (token: string) =>
  createClient<paths>({ baseUrl, credentials: 'omit', headers: { authorization: `Bearer ${token}` } });

/** What the API answered, or a `Problem`. */
export async function answerOf<Data>(call: Promise<{ data?: Data; error?: unknown; response: Response }>): Promise<Data> {
  const answered = await call.catch(() => {
    throw new Problem(0, 'Linkwright cannot be reached. It is tried again by itself.');
  });
  if (answered.response.ok) return answered.data as Data;
  const { error } = (answered.error ?? {}) as { error?: { message?: string; issues?: { path: string; message: string }[] } };
  throw new Problem(
    answered.response.status,
    error?.message ?? `The server answered ${answered.response.status}.`,
    error?.issues,
  );
}
