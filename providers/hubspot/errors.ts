/**
 * HubSpot's errors by consequence. An API error is `{ status, message, correlationId, category, errors, context }`, all of them optional
 * (https://developers.hubspot.com/docs/api-reference/error-handling); its message is never passed on, because it quotes values.
 */
import type { Failure, FailureCode } from '../../domain/failure.ts';
import { catalogueOf, withoutAnswer, type Entry } from '../classify.ts';

/** A whole answer that says no. */
export class HubspotApiError extends Error {
  override name = 'HubspotApiError';
  readonly status: number;
  /** `category` of the answer, or for a 429 the name of the limit's policy. */
  readonly code: string | null;
  /** Names of scopes that the token lacks. */
  readonly missingScopes: string[];
  readonly retryAfterMs: number | undefined;
  constructor(status: number, code: string | null, more: { missingScopes?: string[]; retryAfterMs?: number | undefined } = {}) {
    super(`HubSpot answered ${status}${code ? ` with ${code}` : ''}.`);
    this.status = status;
    this.code = code;
    this.missingScopes = more.missingScopes ?? [];
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** For a person who waits for an answer, and for one who reads of a run. */
const waitOrLook = 'Try again in a few minutes or wait for the next run; https://status.hubspot.com tells of outages.';
const tooFast = 'HubSpot asked us to slow down: it goes on by itself at a slower pace.';

/** By category, and for a 429 by policy. https://developers.hubspot.com/docs/api-reference/error-handling */
const entries: Record<string, Entry> = {
  // The token.
  INVALID_AUTHENTICATION: ['credentials_rejected', 'HubSpot does not accept the token: connect the account again.'],
  EXPIRED_AUTHENTICATION: ['credentials_rejected', 'HubSpot’s access token has ended: connect the account again if it lasts.'],
  REVOKED_AUTHENTICATION: ['credentials_rejected', 'The app was removed from the HubSpot account: connect the account again.'],
  BAD_REFRESH_TOKEN: ['credentials_rejected', 'HubSpot no longer accepts the consent that was given: connect the account again.'],
  MISSING_SCOPES: ['permission_missing', 'The HubSpot token lacks a scope: allow the app what it asks for, then connect again.'],
  USER_DOES_NOT_HAVE_PERMISSIONS: [
    'permission_missing',
    'The person who connected HubSpot may not do this there: let somebody connect it who may.',
  ],
  BANNED: ['permission_missing', 'HubSpot has blocked this app or account: settle it with HubSpot Support.'],

  // The request.
  VALIDATION_ERROR: ['record_rejected', 'HubSpot found a value that does not fit: correct the record and try again.'],
  OBJECT_NOT_FOUND: ['record_rejected', 'HubSpot does not know this record: it was deleted, or it belongs to another account.'],
  CONFLICT: ['record_rejected', 'HubSpot has another record with the same unique value: merge or correct one of them.'],
  OBJECT_ALREADY_EXISTS: ['record_rejected', 'HubSpot has this record already: nothing was written a second time.'],

  // Pace. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
  SECONDLY: ['rate_limited', tooFast],
  TEN_SECONDLY_ROLLING: ['rate_limited', tooFast],
  DAILY: ['rate_limited', 'HubSpot’s calls for this day are used up: it goes on after midnight in the account’s time zone.'],
  RATE_LIMITS: ['rate_limited', tooFast],

  // HubSpot itself.
  INTERNAL_ERROR: ['provider_unavailable', `HubSpot had an error of its own. ${waitOrLook}`],
};

/** How long to wait where HubSpot's answer does not say. The daily limit ends at midnight in a time zone that the answer does not name. */
const policyWaitMs: Record<string, number> = { SECONDLY: 1_000, TEN_SECONDLY_ROLLING: 10_000, DAILY: 3_600_000 };

export const errorCatalogue = catalogueOf(entries);

export function classify(error: unknown): Failure {
  if (!(error instanceof HubspotApiError)) return withoutAnswer({ label: 'HubSpot', waitOrLook }, error);

  const { status, code, missingScopes } = error;
  const known = code !== null && Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code] : undefined;
  const retryAfterMs = error.retryAfterMs ?? (status === 429 && code !== null ? policyWaitMs[code] : undefined);
  return {
    ...(known ?? { ...byStatus(status), ...(code && { providerCode: code }) }),
    ...(missingScopes.length > 0 && {
      sentence: `The HubSpot token lacks ${missingScopes.join(', ')}: allow the app what it asks for, then connect again.`,
    }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    effect: status >= 500 || status === 408 ? 'unknown' : 'none',
  };
}

function byStatus(status: number): { code: FailureCode; sentence: string } {
  const as = (entry: string) => ({ code: entries[entry]![0], sentence: entries[entry]![1] });
  if (status === 401) return as('INVALID_AUTHENTICATION');
  if (status === 403) return as('USER_DOES_NOT_HAVE_PERMISSIONS');
  if (status === 404) return as('OBJECT_NOT_FOUND');
  if (status === 409) return as('CONFLICT');
  // 423: the record is locked for a moment; 477: the account is being moved.
  if (status === 429) return as('RATE_LIMITS');
  if (status >= 500 || status === 408 || status === 423 || status === 477) return as('INTERNAL_ERROR');
  if (status >= 400) return as('VALIDATION_ERROR');
  return { code: 'provider_unavailable', sentence: `HubSpot answered in a way that it does not document. ${waitOrLook}` };
}
