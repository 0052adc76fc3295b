import type { ConsentAuth, Provider } from '../../providers/contract.ts';
import { isConsent } from '../../providers/oauth.ts';
import type { Deps } from '../deps.ts';
import { ApiError } from '../errors.ts';

/** How a consent is asked for at this provider; 409 where it takes none, or where the platform has no client there. */
export function consentAuthOf(deps: Pick<Deps, 'oauth'>, provider: Provider): { auth: ConsentAuth; clientId: string } {
  const auth = provider.auth.find(isConsent);
  if (!auth)
    throw new ApiError(
      409,
      'refused',
      `${provider.label} takes no consent: give its credentials as GET /v1/providers/${provider.key} asks.`,
    );
  const clientId = deps.oauth.clientIds[provider.key];
  if (clientId === undefined) {
    const key = provider.key.toUpperCase();
    throw new ApiError(
      409,
      'configuration_invalid',
      `The platform has no OAuth client at ${provider.label}: whoever runs Linkwright must set OAUTH_CLIENT_ID_${key} and OAUTH_CLIENT_SECRET_${key}.`,
    );
  }
  return { auth, clientId };
}

export const redirectUriOf = ({ publicUrl }: Pick<Deps, 'publicUrl'>) => `${publicUrl}/oauth/callback`;
