/**
 * Signed links into one company's portal, which a host platform puts into a page of its own. Nothing is kept of them: what a link
 * allows stands in it, and it holds until its end, or as long as the key or person that asked for it is in force.
 */
import { timingSafeEqual } from 'node:crypto';
import { isAllowed, lowerOf, type Role } from '../domain/permissions.ts';
import type { DataKey } from '../keys/data-key.ts';
import type { Keyring } from '../keys/keyring.ts';
import { KeyGone } from '../keys/master-key.ts';
import { scopes } from '../keys/scopes.ts';
import type { Deps } from './deps.ts';
import { ApiError, unauthenticated } from './errors.ts';
import type { Caller } from './locals.ts';

export interface PortalLink {
  companyId: string;
  /** The key or person that asked for it. */
  issuedBy: string;
  expiresAt: Date;
}

const id = '[0-9a-z]{26}';
/** The company, the end in seconds, who asked, the version of our key, and the signature; nothing of it is personal. */
const form = new RegExp(String.raw`^((comp_${id})\.(\d{10})\.((?:key|user)_${id}))\.(\d{1,9})\.([\w-]{43})$`);

export const isPortalToken = (credential: string): boolean => form.test(credential);

export async function signPortalLink(keyring: Keyring, { companyId, issuedBy, expiresAt }: PortalLink): Promise<string> {
  const key = await keyring.current(scopes.platform);
  const said = `${companyId}.${Math.floor(expiresAt.getTime() / 1_000)}.${issuedBy}`;
  return `${said}.${key.version}.${signatureOf(key, said).toString('base64url')}`;
}

/** Its words begin with what it is for: nothing else that this key signs can be taken for a link. */
const signatureOf = (key: DataKey, said: string) => key.fingerprint(`portal link ${said}`);

/** Whoever holds a link reads as the company's client does. Throws `ApiError` 401, in words for that client. */
export async function signInByPortalLink(deps: Deps, token: string): Promise<Omit<Caller, 'from'>> {
  const link = await readLink(deps.keyring, token);
  if (!link) throw unauthenticated('This link is not whole. Open the page again in the place where you found it.');
  if (link.expiresAt.getTime() <= Date.now())
    throw over('This link has expired. Open the page again in the place where you found it.');
  const { companyId, issuedBy } = link;
  const issuer = await issuerOf(deps, issuedBy);
  const mayStill = issuer && isAllowed(issuer.role, 'portal.link') && [null, companyId].includes(issuer.companyId);
  if (!mayStill) throw over('This link no longer holds. Ask those who gave you this page for a new one.');
  return { keyId: null, session: null, portalLink: token.slice(-43), companyId, role: 'client', actor: issuedBy };
}

async function readLink(keyring: Keyring, token: string): Promise<PortalLink | null> {
  const [, said = '', companyId = '', end = '', issuedBy = '', version = '', signature = ''] = form.exec(token) ?? [];
  try {
    const key = await keyring.version(scopes.platform, Number(version));
    if (!timingSafeEqual(signatureOf(key, said), Buffer.from(signature, 'base64url'))) return null;
  } catch (error) {
    if (error instanceof KeyGone) return null;
    throw error;
  }
  return { companyId, issuedBy, expiresAt: new Date(Number(end) * 1_000) };
}

/** What the key or person may do now; `null` when it was taken out of force. */
async function issuerOf({ stores }: Deps, issuedBy: string): Promise<{ companyId: string | null; role: Role } | null> {
  const key = issuedBy.startsWith('key_') ? await stores.apiKeys.find(issuedBy) : null;
  if (key?.revokedAt || (key?.expiresAt && key.expiresAt.getTime() <= Date.now())) return null;
  const personId = key ? key.userId : issuedBy;
  if (personId === null) return key;
  const person = await stores.users.find(personId);
  if (!person || person.disabledAt) return null;
  return key ? { ...key, role: lowerOf(key.role, person.role) } : person;
}

/** A page that goes on asking with it is nobody's guess. */
const over = (sentence: string) => new ApiError(401, 'unauthenticated', sentence, { isFailedSignIn: false });
