/** Where an account lives, as its token answer tells it. The access token is sent there, so it is the vendor's or it is refused. */
import type { RenewedAuth } from './contract.ts';
import { coversHost } from './http.ts';
import { UnknownInstance } from './oauth-failure.ts';

/**
 * The origin that a token answer names; `undefined` when the vendor tells none. A refresh that leaves it out means: where it was.
 * Throws `UnknownInstance` for one that is missing, is not an origin over https, or is not on the hosts that are declared.
 */
export function instanceUrlIn(
  { instance }: RenewedAuth,
  answer: Record<string, unknown>,
  isRefresh: boolean,
): string | undefined {
  if (!instance) return undefined;
  const told = answer[instance.field];
  if (told === undefined && isRefresh) return undefined;
  const url = typeof told === 'string' && URL.canParse(told) ? new URL(told) : null;
  if (url?.protocol !== 'https:' || !instance.hosts.some((host) => coversHost(host, url.host))) throw new UnknownInstance();
  return url.origin;
}
