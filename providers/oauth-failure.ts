/** What a token endpoint refuses or does not answer, by consequence. */
import type { Failure, FailureCode } from '../domain/failure.ts';
import { HttpFailure, type AuthKind } from './contract.ts';
import { isConsent, isRenewed } from './auth-kinds.ts';

/** A token endpoint's refusal, in the standard's words (RFC 6749, section 5.2). Holds nothing of what was sent. */
export class GrantRefused extends Error {
  override name = 'GrantRefused';
  readonly status: number;
  /** `invalid_grant` and the like; `null` for an answer without one. */
  readonly code: string | null;
  readonly retryAfterMs: number | undefined;
  constructor(status: number, code: string | null, retryAfterMs?: number) {
    super(`The token endpoint answered ${status}${code ? ` ${code}` : ''}.`);
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Tokens came, but for an account that lives nowhere that we know as the vendor's: they must not be sent there. */
export class UnknownInstance extends Error {
  override name = 'UnknownInstance';
}

/**
 * What a token endpoint itself says when it gives nothing out: https://www.rfc-editor.org/rfc/rfc6749#section-5.2, and the one word for
 * an endpoint that takes no requests now. `server_error` is not among them: what broke may have broken after new tokens were made.
 */
const refusals: ReadonlySet<string | null> = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'temporarily_unavailable',
]);

/**
 * A failed grant by consequence. A whole answer that says no has issued nothing. `effect` is `unknown` when the answer was lost or could
 * not be read, and when it may be a proxy's: a gateway that gives up says so after the endpoint behind it has done its work.
 */
export function classifyGrant(error: unknown, auth: AuthKind<any>, label: string): Failure {
  if (error instanceof HttpFailure && error.kind === 'address')
    return {
      code: 'configuration_invalid',
      sentence: `${label}’s name leads to an address that may not be called: ask the people who run Linkwright to look at its name service.`,
      effect: 'none',
    };
  if (error instanceof HttpFailure)
    return {
      code: 'provider_unavailable',
      sentence: `${label} did not answer when new access was asked for: it is tried again by itself.`,
      effect: error.effect,
    };
  if (error instanceof UnknownInstance)
    return {
      code: 'configuration_invalid',
      sentence: `${label} gave access to an account at an address that Linkwright does not know as ${label}’s: tell the people who run Linkwright.`,
      effect: 'unknown',
    };
  if (!(error instanceof GrantRefused))
    return {
      code: 'defect',
      sentence: `Something went wrong on our side while new access was asked for at ${label}: tell the people who run Linkwright.`,
      effect: 'none',
    };
  const { status, code: standard, retryAfterMs } = error;
  const [code, sentence] = explain(status, inStandardWords(auth, standard), auth, label);
  return {
    code,
    sentence,
    effect: (status === 408 || status >= 500) && !refusals.has(standard) ? 'unknown' : 'none',
    ...(standard && { providerCode: standard }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

function explain(status: number, standard: string | null, auth: AuthKind<any>, label: string): [FailureCode, string] {
  if (status === 429)
    return ['rate_limited', `${label} asked us to slow down with requests for access: it is tried again later.`];
  // Before the standard's own words: what comes with such a status is never the end of a consent.
  if (status === 408 || status >= 500)
    return [
      'provider_unavailable',
      `${label} had an error of its own when new access was asked for: it is tried again by itself.`,
    ];
  if (standard === 'invalid_grant')
    return ['credentials_rejected', `${label} no longer accepts the access that was given: reauthorize the connection.`];
  if (standard === 'invalid_scope' || standard === 'access_denied')
    return [
      'permission_missing',
      `${label} does not grant these scopes: allow ${scopeWords(auth)} to the app, then reauthorize.`,
    ];
  if (standard === 'invalid_client' || standard === 'unauthorized_client' || status === 401)
    return isConsent(auth)
      ? [
          'configuration_invalid',
          `${label} refused the platform’s own OAuth client: whoever runs Linkwright must correct its id and secret.`,
        ]
      : ['credentials_rejected', `${label} refused the client or the key: enter the current ones.`];
  if (standard === 'temporarily_unavailable' || standard === 'server_error')
    return [
      'provider_unavailable',
      `${label} had an error of its own when new access was asked for: it is tried again by itself.`,
    ];
  return [
    'defect',
    `${label} did not understand our request for access (${standard ?? status}): tell the people who run Linkwright.`,
  ];
}

export function inStandardWords<Code extends string | null>(auth: AuthKind<any>, code: Code): Code | string {
  const words = isRenewed(auth) ? (auth.errorWords ?? {}) : {};
  return code !== null && Object.hasOwn(words, code) ? words[code]! : code;
}

const scopeWords = (auth: AuthKind<any>) => (isRenewed(auth) && auth.scopes.length > 0 ? auth.scopes.join(', ') : 'them');
