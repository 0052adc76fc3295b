import { isOwnPath } from '../own-path.ts';

/** What the browser's cookie holds while a person is at the provider's page. */
export interface Begun {
  codeVerifier: string;
  /** Where the person goes on afterwards, a path of ours. */
  returnTo: string | null;
}

const form = /^([A-Za-z0-9_-]{43})(?:\.([A-Za-z0-9_-]*))?$/;

export function writeBegun({ codeVerifier, returnTo }: { codeVerifier: string; returnTo: unknown }): string {
  return isOwnPath(returnTo) ? `${codeVerifier}.${Buffer.from(returnTo).toString('base64url')}` : codeVerifier;
}

export function readBegun(cookie: string | undefined): Begun | null {
  const [, codeVerifier, path] = form.exec(cookie ?? '') ?? [];
  if (codeVerifier === undefined) return null;
  const returnTo = path === undefined ? null : Buffer.from(path, 'base64url').toString();
  return { codeVerifier, returnTo: isOwnPath(returnTo) ? returnTo : null };
}
