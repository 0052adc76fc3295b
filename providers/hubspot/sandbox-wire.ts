/** HubSpot's shapes: answers, errors and rate headers. */
import { randomUUID } from 'node:crypto';
import type { SandboxAnswer } from '../contract.ts';
import type { SandboxPortal } from './sandbox-state.ts';

export function json(status: number, body: unknown, headers: Record<string, string> = {}): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json;charset=utf-8', ...headers }, body: JSON.stringify(body) };
}

/** https://developers.hubspot.com/docs/api-reference/error-handling */
export function apiError(status: number, category: string, message: string, more: Record<string, unknown> = {}): SandboxAnswer {
  return json(status, { status: 'error', message, correlationId: randomUUID(), category, ...more });
}

export const unauthorized = () =>
  apiError(
    401,
    'INVALID_AUTHENTICATION',
    'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
  );
export const expired = (endsAtMs: number) =>
  apiError(401, 'EXPIRED_AUTHENTICATION', 'The OAuth token used to make this call expired.', {
    context: { 'expire time': [new Date(endsAtMs).toISOString()] },
  });
export const missingScopes = (scopes: string[]) =>
  apiError(403, 'MISSING_SCOPES', 'This app hasn’t been granted all required scopes to make this call.', {
    errors: [{ message: 'One or more of the following scopes are required.', context: { requiredGranularScopes: scopes } }],
  });

/** The form of https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
export function tooMany(policyName: string, retryAfterS?: number): SandboxAnswer {
  const message =
    policyName === 'DAILY' ? 'You have reached your daily limit.' : 'You have reached your ten_secondly_rolling limit.';
  return json(
    429,
    { status: 'error', message, errorType: 'RATE_LIMIT', correlationId: randomUUID(), policyName, requestId: randomUUID() },
    {
      ...rateHeaders,
      'x-hubspot-ratelimit-remaining': '0',
      ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
    },
  );
}

/** 110 calls in 10 s for an app of the marketplace. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines */
export const rateHeaders = {
  'x-hubspot-ratelimit-interval-milliseconds': '10000',
  'x-hubspot-ratelimit-max': '110',
  'x-hubspot-ratelimit-remaining': '109',
};

/** RFC 6749 beside HubSpot's own words. https://developers.hubspot.com/changelog/new-oauth-v3-api-endpoints-and-standardized-error-responses */
export function oauthError(status: number, error: string, hubspotStatus: string, description: string): SandboxAnswer {
  return json(status, { error, error_description: description, status: hubspotStatus, message: description });
}

/** https://developers.hubspot.com/docs/api-reference/latest/account/account-information/get-account-details */
export function detailsJson({ portalId, accountType }: SandboxPortal) {
  return {
    portalId,
    accountType,
    timeZone: 'US/Eastern',
    companyCurrency: 'USD',
    additionalCurrencies: [],
    utcOffset: '-05:00',
    utcOffsetMilliseconds: -18_000_000,
    uiDomain: 'app.hubspot.com',
    dataHostingLocation: 'na1',
  };
}

export function html(status: number, title: string, body: string): SandboxAnswer {
  const page = `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page };
}

export function redirect(location: string): SandboxAnswer {
  return { status: 302, headers: { location }, body: '' };
}

export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
