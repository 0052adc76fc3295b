import { ApiError } from '../../errors.ts';
import type { Caller } from '../../locals.ts';

/** The caller's browser; a key or a token has none to sign out of. */
export function browserOf({ session }: Caller): NonNullable<Caller['session']> {
  if (session) return session;
  throw new ApiError(
    409,
    'refused',
    'You call with a key or a token, so there is no browser to sign out: revoke the key in its place.',
  );
}
