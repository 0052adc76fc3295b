import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { CheckResult, Provider, ProviderContext } from '../providers/contract.ts';
import { isRenewed } from '../providers/oauth.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { TokenRef } from '../db/app/stores/tokens.ts';
import { goodCredentials } from './access-tokens.ts';
import type { ActivityDeps } from './deps.ts';
import { asActivityFailure, failWith } from './failures.ts';

export { asActivityFailure, failWith } from './failures.ts';

/** A connection with its provider and a ready client. Credentials are read, and renewed when they are due, for every single call. */
export interface OpenedConnection {
  connection: Connection;
  provider: Provider;
  /**
   * One call. An access token that is refused is renewed once, and the call made again: a refusal has had no effect. Throws what the
   * provider throws, or an activity's failure when there are no good credentials.
   */
  attempt<T>(call: (context: ProviderContext) => Promise<T>): Promise<T>;
  /** The same; whatever the provider throws becomes a failure by consequence, and Temporal retries or not by its code. */
  call<T>(call: (context: ProviderContext) => Promise<T>): Promise<T>;
}

/** With the credentials in force, or with those of `tokenId`. */
export async function openConnection(deps: ActivityDeps, connectionId: string, tokenId?: string): Promise<OpenedConnection> {
  const connection = await deps.app.connections.get(connectionId);
  const provider = deps.getProvider(connection.providerKey);
  const http = deps.httpFor(provider, { connectionId, companyId: connection.companyId });
  const { settings } = await deps.app.connections.settings(connectionId);
  const ref: TokenRef = tokenId ? { tokenId } : { connectionId };
  if (!(await deps.app.tokens.read(ref)))
    throw failWith('credentials_rejected', `${provider.label} has no credentials for this connection: reauthorize it.`);

  const attempt: OpenedConnection['attempt'] = async (call) => {
    const credentials = await goodCredentials(deps, connection, ref);
    try {
      return await call({ http, credentials, settings });
    } catch (error) {
      const { accessToken } = credentials;
      const isRefused = !isOurs(error) && provider.classify(error).code === 'credentials_rejected';
      if (!isRefused || accessToken === undefined || !provider.auth.some(isRenewed)) throw error;
      const renewed = await goodCredentials(deps, connection, ref, accessToken);
      if (renewed['accessToken'] === accessToken) throw error; // a token that nobody can renew
      return call({ http, credentials: renewed, settings });
    }
  };
  return { connection, provider, attempt, call: (call) => callProvider(provider, () => attempt(call)) };
}

/** Runs a call to a provider; whatever it throws becomes a failure by consequence. */
export async function callProvider<T>(provider: Provider, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw isOurs(error) ? error : asActivityFailure(provider.classify(error));
  }
}

/** A cancelled call rejects with the cancellation itself, which is nobody's failure; a failure of ours is classified already. */
const isOurs = (error: unknown) => error instanceof CancelledFailure || error instanceof ApplicationFailure;

/** The provider's own word on the account. One that cannot be used as it is fails with the provider's reason. */
export async function checkUsable({ provider, call }: OpenedConnection): Promise<CheckResult> {
  const check = await call((context) => provider.check(context));
  if (!check.usable.ok) throw asActivityFailure(check.usable.failure);
  return check;
}
