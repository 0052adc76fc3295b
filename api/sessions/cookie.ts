import type { Request, Response } from 'express';
import { sessionTimes } from '../../domain/session.ts';
import { ApiError } from '../errors.ts';

/**
 * The browser's cookie. Over https it has the prefix that keeps other hosts of the same domain from setting it
 * (https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Set-Cookie#cookie_prefixes).
 */
const nameOf = (isSecure: boolean) => (isSecure ? '__Host-linkwright' : 'linkwright');
const isSecure = (publicUrl: string) => publicUrl.startsWith('https:');

export function readCookie(request: Request, name: string): string | undefined {
  for (const pair of (request.get('cookie') ?? '').split(';')) {
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return undefined;
}

export const readSessionCookie = (request: Request, publicUrl: string) => readCookie(request, nameOf(isSecure(publicUrl)));

export function setSessionCookie(response: Response, publicUrl: string, token: string): void {
  const secure = isSecure(publicUrl);
  response.cookie(nameOf(secure), token, {
    httpOnly: true,
    // `lax`, so that a link in a notice or a message opens the console signed in; what changes anything is checked besides.
    sameSite: 'lax',
    secure,
    path: '/',
    maxAge: sessionTimes.wholeMs,
  });
}

export function clearSessionCookie(response: Response, publicUrl: string): void {
  const secure = isSecure(publicUrl);
  response.clearCookie(nameOf(secure), { httpOnly: true, sameSite: 'lax', secure, path: '/' });
}

/**
 * A browser sends its cookie with whatever any page makes it send. What changes something must come from a page of ours, by what
 * browsers themselves say of it, as Go's own protection judges it (https://pkg.go.dev/net/http#CrossOriginProtection).
 */
export function refuseOtherSites(request: Request): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const site = request.get('sec-fetch-site');
  const origin = request.get('origin');
  const isOurs = site === undefined ? origin !== undefined && hostOf(origin) === request.get('host') : site === 'same-origin';
  if (!isOurs)
    throw new ApiError(
      403,
      'cross_site',
      'This came from a page of another site, so it was not done. Open the console itself and try again.',
    );
}

const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : undefined);
