/**
 * Pipedrive's errors by consequence. An API error is `{ success: false, error, error_info, errorCode }`, where the code repeats the
 * status (https://pipedrive.readme.io/docs/core-api-concepts-responses); its words are never passed on, because they quote values. So
 * the codes here are ours: what status and headers tell.
 */
import type { Failure } from '../../domain/failure.ts';
import { catalogueOf, withoutAnswer, type Entry } from '../classify.ts';

/** A whole answer that says no. */
export class PipedriveApiError extends Error {
  override name = 'PipedriveApiError';
  readonly status: number;
  /** A key of the catalogue, where more than the status is known. */
  readonly code: string | null;
  readonly retryAfterMs: number | undefined;
  constructor(status: number, code: string | null = null, retryAfterMs?: number) {
    super(`Pipedrive answered ${status}${code ? ` (${code})` : ''}.`);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** For a person who waits for an answer, and for one who reads of a run. */
const waitOrLook = 'Try again in a few minutes or wait for the next run; https://status.pipedrive.com tells of outages.';

/** https://pipedrive.readme.io/docs/core-api-concepts-http-status-codes */
const entries: Record<string, Entry> = {
  unauthorized: ['credentials_rejected', 'Pipedrive does not accept the token: connect the account again.'],
  payment_required: ['permission_missing', 'The Pipedrive company is not open: settle its subscription, then try again.'],
  // https://pipedrive.readme.io/docs/marketplace-scopes-and-permissions-explanations
  scope_mismatch: [
    'permission_missing',
    'The Pipedrive app lacks a scope: give it what it needs in its settings, then connect again.',
  ],
  forbidden: [
    'permission_missing',
    'The person who connected Pipedrive may not do this there: let an admin of the company connect it.',
  ],
  feature_missing: ['permission_missing', 'The Pipedrive company’s plan lacks this feature: change the plan, or leave it out.'],

  bad_request: ['record_rejected', 'Pipedrive found a value that does not fit: correct the record and try again.'],
  not_found: [
    'record_rejected',
    'Pipedrive does not know this record: it was deleted, or the person who connected may not see it.',
  ],
  gone: ['record_rejected', 'Pipedrive has deleted this record for good: there is nothing left to read.'],

  // https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting
  burst: ['rate_limited', 'Pipedrive asked us to slow down: it goes on by itself at a slower pace.'],
  daily_budget: [
    'rate_limited',
    'The Pipedrive company’s tokens for this day are used up: it goes on after midnight of its server.',
  ],
  budget_reserve: [
    'rate_limited',
    'Hardly any of the Pipedrive company’s tokens for this day are left: the rest is kept for its other apps until midnight.',
  ],
  blocked: ['rate_limited', 'Pipedrive blocks us after too many calls: it goes on by itself after a while.'],

  server_error: ['provider_unavailable', `Pipedrive had an error of its own. ${waitOrLook}`],
};

const codeByStatus: Record<number, string> = {
  401: 'unauthorized',
  402: 'payment_required',
  403: 'forbidden',
  404: 'not_found',
  408: 'server_error',
  410: 'gone',
  415: 'feature_missing',
  429: 'burst',
};

/**
 * How long to wait where the answer does not say. A budget begins anew at midnight in the time zone of a server that nobody names, so
 * it is looked at every hour.
 */
const waitMs: Record<string, number> = {
  burst: 2_000,
  daily_budget: 3_600_000,
  budget_reserve: 3_600_000,
  blocked: 900_000,
};

export const errorCatalogue = catalogueOf(entries);

export function classify(error: unknown): Failure {
  if (!(error instanceof PipedriveApiError)) return withoutAnswer({ label: 'Pipedrive', waitOrLook }, error);

  const { status } = error;
  const effect = status >= 500 || status === 408 ? 'unknown' : 'none';
  const code = error.code ?? codeByStatus[status] ?? (status >= 500 ? 'server_error' : status >= 400 ? 'bad_request' : null);
  const known = code !== null && Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code] : undefined;
  if (!known)
    return {
      code: 'provider_unavailable',
      sentence: `Pipedrive answered in a way that it does not document. ${waitOrLook}`,
      effect,
    };
  const retryAfterMs = error.retryAfterMs ?? waitMs[known.providerCode!];
  return { ...known, ...(retryAfterMs !== undefined && { retryAfterMs }), effect };
}
