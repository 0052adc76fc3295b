/** Salesforce's shapes: answers, errors and the header of the API's limit. */
import type { SandboxAnswer } from '../contract.ts';
import type { SandboxOrg } from './sandbox-state.ts';

export function json(status: number, body: unknown, headers: Record<string, string> = {}): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json;charset=UTF-8', ...headers }, body: JSON.stringify(body) };
}

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm */
export function apiError(
  status: number,
  errorCode: string,
  message: string,
  headers: Record<string, string> = {},
): SandboxAnswer {
  return json(status, [{ message, errorCode }], headers);
}

export const sessionEnded = () => apiError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
export const malformed = (message: string) => apiError(400, 'MALFORMED_QUERY', message);
export const noColumn = (object: string, field: string) =>
  apiError(
    400,
    'INVALID_FIELD',
    `\nSELECT ${field} FROM ${object}\n       ^\nERROR at Row:1:Column:8\nNo such column '${field}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.`,
  );
export const noObject = (object: string) =>
  apiError(
    400,
    'INVALID_TYPE',
    `\nSELECT Id FROM ${object}\n               ^\nERROR at Row:1:Column:16\nsObject type '${object}' is not supported.`,
  );

/** https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm */
export const limitHeader = ({ calls, callsMax }: SandboxOrg) => ({ 'sforce-limit-info': `api-usage=${calls}/${callsMax}` });
export const callsUsedUp = () => apiError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');

/** https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm */
export function oauthError(status: number, error: string, description: string): SandboxAnswer {
  return json(status, { error, error_description: description });
}

/** Salesforce writes the zone without a colon. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace('Z', '+0000');

export function html(status: number, title: string, body: string): SandboxAnswer {
  const page = `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page };
}

export function redirect(location: string): SandboxAnswer {
  return { status: 302, headers: { location }, body: '' };
}

export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
