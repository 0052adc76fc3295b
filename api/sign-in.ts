import type { KeyRefusal } from '../db/app/stores/api-keys.ts';
import type { Deps } from './deps.ts';
import { unauthenticated } from './errors.ts';
import type { Caller } from './locals.ts';
import { isPortalToken, signInByPortalLink } from './portal-links.ts';

const keyWords: Record<KeyRefusal, string> = {
  unknown: 'Send a valid API key: "Authorization: Bearer lw_…".',
  revoked: 'This API key was revoked: ask an admin for another one.',
  expired: 'This API key is past its end: ask an admin for another one.',
  disabled: 'The person whose API key this is was disabled: ask an admin.',
};

/** Who presents this `Authorization` header. All ways end in rows of ours, read now: role and company never come from outside. */
export async function signIn(deps: Deps, authorization: string): Promise<Omit<Caller, 'from'>> {
  const [, credential = ''] = /^Bearer ([\w.~+/=-]{1,8000})$/i.exec(authorization) ?? [];
  if (isPortalToken(credential)) return signInByPortalLink(deps, credential);
  // Three parts with dots between: a key has none.
  return deps.tokens && credential.split('.').length === 3 ? byToken(deps, credential) : byKey(deps, credential);
}

async function byKey({ stores }: Deps, key: string): Promise<Omit<Caller, 'from'>> {
  const check = await stores.apiKeys.authenticate(key);
  if ('refused' in check) throw unauthenticated(keyWords[check.refused]);
  const { id, companyId, role, userId } = check.caller;
  return { keyId: id, session: null, companyId, role, actor: userId ?? id };
}

async function byToken({ tokens, stores }: Deps, token: string): Promise<Omit<Caller, 'from'>> {
  const person = await stores.users.findByToken(await tokens!.verify(token));
  if (!person) throw unauthenticated('The token is sound, but nobody here is linked to it: ask those who run Linkwright.');
  if (person.disabledAt) throw unauthenticated('This person was disabled: ask an admin.');
  return { keyId: null, session: null, companyId: person.companyId, role: person.role, actor: person.id };
}
