/** What the engine hands a provider, for each way to authorise. */
import type { AuthKind, ProviderHttp } from './contract.ts';
import { isConsent, isRenewed, requestTokens, type Grant, type GrantedTokens } from './oauth.ts';

type Values = Record<string, string>;

export function handedOut({ accessToken, instanceUrl }: GrantedTokens): Values {
  return { accessToken, ...(instanceUrl !== undefined && { instanceUrl }) };
}

/** What a company entered is asked for tokens with, where tokens are what the provider is handed. Throws what `classifyGrant` reads. */
export async function handedFor(auth: AuthKind<any>, values: Values, http: ProviderHttp): Promise<Values> {
  if (!isRenewed(auth) || isConsent(auth)) return values;
  const { clientId = '', clientSecret = '', subject = '', privateKey = '' } = values;
  const grant: Grant =
    auth.kind === 'jwt_bearer'
      ? { by: 'key', clientId, subject, privateKey }
      : { by: 'client', client: { clientId, clientSecret } };
  return handedOut(await requestTokens(auth, grant, http, 5_000));
}
