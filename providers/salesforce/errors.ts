/**
 * Salesforce's errors by consequence. An API error is a list of `{ errorCode, message, fields }`
 * (https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm); its message is never passed on, because it
 * quotes queries and values. The codes: https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
 */
import type { Failure, FailureCode } from '../../domain/failure.ts';
import { catalogueOf, withoutAnswer, type Entry } from '../classify.ts';

/** A whole answer that says no. */
export class SalesforceApiError extends Error {
  override name = 'SalesforceApiError';
  readonly status: number;
  /** `errorCode` of the first error. */
  readonly code: string | null;
  /** The field or object that the user does not see, by its API name. */
  readonly unseen: string | null;
  readonly retryAfterMs: number | undefined;
  constructor(status: number, code: string | null, more: { unseen?: string | null; retryAfterMs?: number | undefined } = {}) {
    super(`Salesforce answered ${status}${code ? ` with ${code}` : ''}.`);
    this.status = status;
    this.code = code;
    this.unseen = more.unseen ?? null;
    this.retryAfterMs = more.retryAfterMs;
  }
}

/** For a person who waits for an answer, and for one who reads of a run. */
const waitOrLook = 'Try again in a few minutes or wait for the next run; https://status.salesforce.com tells of outages.';
const callsUsedUp =
  'The Salesforce org’s API calls are used up for now: it goes on later; let fewer programs ask, or buy more calls.';
const tooSlow =
  'Salesforce gave up on a query that took too long: it is tried again; tell the people who run Linkwright if it lasts.';

const entries: Record<string, Entry> = {
  // The session.
  INVALID_SESSION_ID: ['credentials_rejected', 'The Salesforce session has ended: connect the account again if it lasts.'],
  INVALID_AUTH_HEADER: ['credentials_rejected', 'Salesforce does not accept the session: connect the account again.'],
  INVALID_LOGIN: ['credentials_rejected', 'Salesforce does not accept the user any more: connect the account again.'],
  ORG_LOCKED: ['credentials_rejected', 'The Salesforce org is locked: ask its administrator, then connect it again.'],
  TRIAL_EXPIRED: ['credentials_rejected', 'The trial of the Salesforce org has ended: renew it, then connect it again.'],
  LOGIN_DURING_RESTRICTED_DOMAIN: [
    'permission_missing',
    'The Salesforce user may not sign in from our address: allow it in the user’s profile or in the app’s policies.',
  ],
  LOGIN_DURING_RESTRICTED_TIME: [
    'permission_missing',
    'The Salesforce user may not sign in at this time of day: widen the login hours of the user’s profile.',
  ],

  // What the user and the org may.
  API_DISABLED_FOR_ORG: [
    'permission_missing',
    'The Salesforce org or user has no access to the API: turn on “API Enabled” for the user, or get an edition that has it.',
  ],
  API_CURRENTLY_DISABLED: ['provider_unavailable', `Salesforce has turned the API off for a moment. ${waitOrLook}`],
  FUNCTIONALITY_NOT_ENABLED: ['permission_missing', 'The Salesforce org does not have this function: have it turned on there.'],
  INSUFFICIENT_ACCESS: ['permission_missing', 'The Salesforce user may not do this: give the user the permission for it.'],
  INSUFFICIENT_ACCESS_OR_READONLY: [
    'permission_missing',
    'The Salesforce user may not do this with the record: give the user the permission, or share the record.',
  ],
  INVALID_FIELD: [
    'permission_missing',
    'The Salesforce user does not see a field that is read: make it visible to the user, or take it out of the settings.',
  ],
  INVALID_TYPE: [
    'permission_missing',
    'The Salesforce user does not see an object that is read: give the user the permission to read it.',
  ],

  // Pace. https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
  REQUEST_LIMIT_EXCEEDED: ['rate_limited', callsUsedUp],
  EXCEEDED_ID_LIMIT: ['defect', 'We asked Salesforce for too many records at once: tell the people who run Linkwright.'],

  // The query.
  MALFORMED_QUERY: ['defect', 'Salesforce did not understand our query: tell the people who run Linkwright.'],
  MALFORMED_ID: ['record_rejected', 'Salesforce says that this is not the id of a record: correct it and try again.'],
  INVALID_QUERY_FILTER_OPERATOR: ['defect', 'Salesforce did not understand our query: tell the people who run Linkwright.'],
  INVALID_QUERY_LOCATOR: ['provider_unavailable', 'Salesforce no longer has the rest of a query: it is asked anew by itself.'],
  QUERY_TIMEOUT: ['provider_unavailable', tooSlow],
  QUERY_TOO_COMPLICATED: ['defect', 'Our query is too much for this Salesforce org: tell the people who run Linkwright.'],

  // A record.
  NOT_FOUND: ['record_rejected', 'Salesforce does not have this record, or the user does not see it: look it up there.'],
  ENTITY_IS_DELETED: ['record_rejected', 'The record is in Salesforce’s recycle bin: restore it there, or leave it.'],
  REQUIRED_FIELD_MISSING: ['record_rejected', 'Salesforce needs a field that is empty: fill it in and try again.'],
  // https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm
  INVALID_CROSS_REFERENCE_KEY: [
    'record_rejected',
    'Salesforce does not have the user or record that a field names: choose another and try again.',
  ],
  INVALID_FIELD_FOR_INSERT_UPDATE: [
    'record_rejected',
    'The Salesforce user may not change one of the fields: give the user the permission, or take the field out of the mapping.',
  ],
  JSON_PARSER_ERROR: ['record_rejected', 'Salesforce found a value that does not fit its field: correct it and try again.'],
  FIELD_INTEGRITY_EXCEPTION: [
    'record_rejected',
    'Salesforce refuses a value that does not fit the record’s others: correct it and try again.',
  ],
  INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST: [
    'record_rejected',
    'Salesforce does not have this choice in one of its lists: choose another, or add it there.',
  ],
  FIELD_CUSTOM_VALIDATION_EXCEPTION: [
    'record_rejected',
    'A validation rule of the Salesforce org refuses the record: correct it, or have the rule changed.',
  ],
  DUPLICATE_VALUE: ['record_rejected', 'Salesforce has another record with the same unique value: correct one of them.'],
  STRING_TOO_LONG: ['record_rejected', 'A text is longer than its Salesforce field: shorten it and try again.'],

  // Salesforce itself.
  UNABLE_TO_LOCK_ROW: ['provider_unavailable', 'Salesforce is changing the record at this moment: it is tried again by itself.'],
  SERVER_UNAVAILABLE: ['provider_unavailable', `Salesforce is too busy to answer. ${waitOrLook}`],
  UNKNOWN_EXCEPTION: ['provider_unavailable', `Salesforce had an error of its own. ${waitOrLook}`],
};

/**
 * Calls that are refused count as well, and the limit is one of 24 rolling hours: asking often keeps it full. No answer says how long.
 * https://developer.salesforce.com/docs/atlas.en-us.salesforce_app_limits_cheatsheet.meta/salesforce_app_limits_cheatsheet/salesforce_app_limits_platform_api.htm
 */
const waitForCallsMs = 15 * 60_000;

export const errorCatalogue = catalogueOf(entries);

export function classify(error: unknown): Failure {
  if (!(error instanceof SalesforceApiError)) return withoutAnswer({ label: 'Salesforce', waitOrLook }, error);

  const { status, code, unseen } = error;
  const known = code !== null && Object.hasOwn(errorCatalogue, code) ? errorCatalogue[code] : undefined;
  const failure = known ?? { ...byStatus(status), ...(code && { providerCode: code }) };
  const retryAfterMs = error.retryAfterMs ?? (code === 'REQUEST_LIMIT_EXCEEDED' ? waitForCallsMs : undefined);
  return {
    ...failure,
    ...(unseen !== null && {
      sentence: `The Salesforce user does not see ${unseen}: make it visible to the user, then sync now.`,
    }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    effect: status >= 500 || status === 408 ? 'unknown' : 'none',
  };
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
function byStatus(status: number): { code: FailureCode; sentence: string } {
  const as = (entry: string) => ({ code: entries[entry]![0], sentence: entries[entry]![1] });
  if (status === 401) return as('INVALID_SESSION_ID');
  if (status === 403) return as('INSUFFICIENT_ACCESS');
  if (status === 404) return as('NOT_FOUND');
  if (status === 429) return { code: 'rate_limited', sentence: callsUsedUp };
  if (status >= 500 || status === 408) return as('UNKNOWN_EXCEPTION');
  // 414 and 431: the address or its headers are too long; 415: a content type that it does not take.
  if (status === 414 || status === 415 || status === 431) return as('MALFORMED_QUERY');
  if (status >= 400) return { code: 'record_rejected', sentence: 'Salesforce refused the request: look at the record there.' };
  return { code: 'provider_unavailable', sentence: `Salesforce answered in a way that it does not document. ${waitOrLook}` };
}
