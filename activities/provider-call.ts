import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import type { CallEnd } from '../domain/circuit.ts';
import type { CheckResult, Provider, ProviderContext } from '../providers/contract.ts';
import { isRenewed } from '../providers/oauth.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { TokenRef } from '../db/app/stores/tokens.ts';
import { goodCredentials } from './access-tokens.ts';
import type { ActivityDeps } from './deps.ts';
import { asActivityFailure, circuitFailure, failWith } from './failures.ts';

export { asActivityFailure, failWith } from './failures.ts';

/** A connection with its provider and a ready client. Credentials are read, and renewed when they are due, for every single call. */
export interface OpenedConnection {
  connection: Connection;
  provider: Provider;
  /**
   * One call, unless the connection's circuit is open. An access token that is refused is renewed once, and the call made again: a
   * refusal has had no effect. Throws what the provider throws, or an activity's failure when nothing was asked: there are no good
   * credentials, or the circuit is open.
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

  const owner = { connectionId, companyId: connection.companyId };
  /** Credentials that are not in force yet are tried by a person, who waits for the answer and is not held up by a circuit. */
  const admit = async () => (tokenId ? deps.circuits.admitPerson(owner) : deps.circuits.admit(owner));

  async function through<T>(call: () => Promise<T>): Promise<T> {
    const admission = await admit();
    if (admission.refused) throw circuitFailure(provider.label, admission.probeInMs);
    try {
      const answer = await call();
      await admission.ended('answered');
      return answer;
    } catch (error) {
      const { end, sentence } = whatItTold(provider, error);
      await admission.ended(end, sentence);
      throw error;
    }
  }

  const attempt: OpenedConnection['attempt'] = async (call) => {
    const credentials = await goodCredentials(deps, connection, ref);
    try {
      return await through(() => call({ http, credentials, settings }));
    } catch (error) {
      const { accessToken } = credentials;
      const isRefused = !isOurs(error) && provider.classify(error).code === 'credentials_rejected';
      if (!isRefused || accessToken === undefined || !provider.auth.some(isRenewed)) throw error;
      const renewed = await goodCredentials(deps, connection, ref, accessToken);
      if (renewed['accessToken'] === accessToken) throw error; // a token that nobody can renew
      return through(() => call({ http, credentials: renewed, settings }));
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

/** What a call that failed told of the provider. A defect is ours, and may have come before anything was asked. */
function whatItTold(provider: Provider, error: unknown): { end: CallEnd; sentence?: string } {
  if (isOurs(error)) return { end: 'untold' };
  const { code, sentence } = provider.classify(error);
  if (code === 'provider_unavailable') return { end: 'outage', sentence };
  return { end: code === 'defect' ? 'untold' : 'answered' };
}

/** The provider's own word on the account. One that cannot be used as it is fails with the provider's reason. */
export async function checkUsable({ provider, call }: OpenedConnection): Promise<CheckResult> {
  const check = await call((context) => provider.check(context));
  if (!check.usable.ok) throw asActivityFailure(check.usable.failure);
  return check;
}
