import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { consequences, type Failure, type FailureCode } from '../domain/failure.ts';
import type { CheckResult, Provider, ProviderContext } from '../providers/contract.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';

export interface OpenedConnection {
  connection: Connection;
  provider: Provider;
  context: ProviderContext;
}

/** A connection with its provider, its credentials in force and a ready client. Credentials are read anew for every activity. */
export async function openConnection(deps: ActivityDeps, connectionId: string, tokenId?: string): Promise<OpenedConnection> {
  const connection = await deps.app.connections.get(connectionId);
  const provider = deps.getProvider(connection.providerKey);
  const stored = tokenId ? await deps.app.credentials.read(tokenId) : await deps.app.credentials.active(connectionId);
  if (!stored)
    throw failWith('credentials_rejected', `${provider.label} has no credentials for this connection: reauthorize it.`);
  return { connection, provider, context: await contextFor(deps, connection, stored.values) };
}

export async function contextFor(
  deps: ActivityDeps,
  connection: Connection,
  credentials: Record<string, string>,
): Promise<ProviderContext> {
  const provider = deps.getProvider(connection.providerKey);
  const http = deps.httpFor(provider, { connectionId: connection.id, companyId: connection.companyId });
  const { settings } = await deps.app.connections.settings(connection.id);
  return { http, credentials, settings };
}

/** Runs a call to a provider; whatever it throws becomes a failure by consequence, and Temporal retries or not by its code. */
export async function callProvider<T>(provider: Provider, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    // A cancelled call rejects with the cancellation itself, which is nobody's failure.
    if (error instanceof CancelledFailure) throw error;
    throw asActivityFailure(provider.classify(error));
  }
}

/** The provider's own word on the account. One that cannot be used as it is fails with the provider's reason. */
export async function checkUsable(provider: Provider, context: ProviderContext): Promise<CheckResult> {
  const check = await callProvider(provider, () => provider.check(context));
  if (!check.usable.ok) throw asActivityFailure(check.usable.failure);
  return check;
}

/** The provider's `Retry-After` travels in the failure, so that Temporal waits instead of a worker. */
export function asActivityFailure(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({
    type: failure.code,
    message: failure.sentence,
    nonRetryable: !consequences[failure.code].retryable,
    ...(failure.retryAfterMs !== undefined && { nextRetryDelay: failure.retryAfterMs }),
    ...(failure.providerCode && { details: [{ providerCode: failure.providerCode }] }),
  });
}

export function failWith(code: FailureCode, sentence: string): ApplicationFailure {
  return asActivityFailure({ code, sentence, effect: 'none' });
}
