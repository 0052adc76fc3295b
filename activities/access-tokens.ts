/**
 * Keeps access tokens good. Whoever needs one and finds it due renews it, alone among all processes; the others go on with the old one
 * while it lasts, and wait for the new one when it does not. The new refresh token is committed before anybody uses it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { consequences } from '../domain/failure.ts';
import { refreshEarlyMs } from '../domain/token-times.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { Lease, StoredToken, TokenRef } from '../db/app/stores/tokens.ts';
import type { Provider, RenewedAuth } from '../providers/contract.ts';
import { classifyGrant, isRenewed, requestTokens, type Grant, type GrantedTokens } from '../providers/oauth.ts';
import type { Admission } from './circuits.ts';
import { refOf, type ActivityDeps, type Renewal } from './deps.ts';
import { asActivityFailure, circuitFailure, failWith } from './failures.ts';
import { tellLost } from './lost-credentials.ts';
import { revokeUnkept } from './revoke-credentials.ts';
import { authOf, clientOf, grantOf, handedOut, keptValues, onceOnly } from './token-grant.ts';

type Deps = Pick<ActivityDeps, 'app' | 'getProvider' | 'httpFor' | 'oauthClient' | 'temporal' | 'renewal' | 'circuits' | 'tell'>;

const usualRenewal: Renewal = { requestMs: 15_000, leaseMs: 30_000, lateMs: 5_000 };
/** How often those who wait for another's renewal look. */
const lookEveryMs = 100;
/** After a refusal that may pass, the old token is used on for this long before new ones are asked for again. */
const askAgainMs = 30_000;
/** Where there is no old token to go on with, those who wait ask again this soon, unless the provider wants a longer pause. */
const askSoonMs = 1_000;
/** A longer pause is waited for by Temporal, not by a worker. */
const waitedForMs = 2_000;
/** For as long as a database is away; well under the time that waiting callers leave once it is back. */
const keepEveryMs = 100;
const keepForMs = 60_000;
/** Who holds a lease, for ops who look at the row. */
const holder = `${process.pid}:${randomUUID()}`;

/** Refused at the start: an answer on its way would be taken for lost. */
export function requireRenewal({ requestMs, leaseMs }: Renewal = usualRenewal): void {
  if (requestMs >= leaseMs)
    throw new Error(
      `A request for new access may take ${requestMs} ms, but its lease is ${leaseMs} ms: make renewal.leaseMs the longer one.`,
    );
}

/**
 * The credentials that a provider is handed, good now. `rejected` is an access token that it has just refused. Fails with a sentence
 * when there are none, or when they can no longer be renewed.
 */
export async function goodCredentials(
  deps: Deps,
  connection: Connection,
  ref: TokenRef,
  rejected?: string,
): Promise<Record<string, string>> {
  const provider = deps.getProvider(connection.providerKey);
  const { leaseMs, lateMs } = deps.renewal ?? usualRenewal;
  const patientUntil = performance.now() + (leaseMs + lateMs) * 2;
  for (;;) {
    const token = await deps.app.tokens.read(ref);
    if (!token)
      throw failWith('credentials_rejected', `${provider.label} has no credentials for this connection: reauthorize it.`);
    const auth = authOf(provider, token.kind);
    if (!isRenewed(auth)) return token.values;
    if (token.lostReason !== null) {
      await tellLost(deps, connection, token, token.lostReason);
      throw failWith('credentials_rejected', token.lostReason);
    }
    const good = usable(token, rejected);
    if (good && !token.isDue) return good;

    const claim = await deps.app.tokens.claim(token.tokenId, {
      holder,
      leaseMs,
      rejected,
      once: onceOnly(auth, token, provider, lateMs),
    });
    if (claim.got === 'lease') {
      const fresh = await renew(deps, connection, { provider, auth, lease: claim.lease }, good !== null);
      if (fresh) return fresh;
    } else if (claim.got === 'taken' || claim.got === 'held') {
      if (good) return good;
      if (claim.got === 'held' && claim.forMs > waitedForMs)
        throw asActivityFailure({
          code: 'provider_unavailable',
          sentence: `${provider.label} asked for a pause before new access is asked for again: it is tried again after it.`,
          effect: 'none',
          retryAfterMs: claim.forMs,
        });
      if (performance.now() > patientUntil)
        throw failWith(
          'provider_unavailable',
          `Another process is still asking ${provider.label} for new access: it is tried again.`,
        );
      await sleep(lookEveryMs);
    }
  }
}

interface Renewing {
  provider: Provider;
  auth: RenewedAuth;
  lease: Lease;
}

/** Asks once; `null` when nothing new came of it. A refusal that may pass fails only when there is no old token to go on with. */
async function renew(
  deps: Deps,
  connection: Connection,
  { provider, auth, lease: claimed }: Renewing,
  canGoOn: boolean,
): Promise<Record<string, string> | null> {
  const { app } = deps;
  const tell = tellRenewal(deps, connection);
  // Read under the lease: what was seen before it may have been renewed since.
  const token = await app.tokens.read({ tokenId: claimed.tokenId });
  if (!token) return null;
  let grant: Grant | null;
  try {
    grant = grantOf(auth, token.values, clientOf(deps, provider, auth));
  } catch (error) {
    await app.tokens.release(claimed, { dueInMs: 0, heldMs: 0 });
    throw error;
  }
  if (!grant) {
    tell('lost');
    await app.tokens.lose(
      claimed,
      `${provider.label} gave no refresh token, and the access has ended: reauthorize the connection.`,
    );
    return null;
  }
  // Credentials that are not in force yet are tried by a person, who is not held up by a circuit.
  const owner = { connectionId: connection.id, companyId: connection.companyId };
  const admission = token.state === 'staged' ? deps.circuits.admitPerson(owner) : await deps.circuits.admit(owner);
  if (admission.refused) {
    await app.tokens.release(claimed, { dueInMs: admission.probeInMs, heldMs: 0 });
    if (!canGoOn) throw circuitFailure(provider.label, admission.probeInMs);
    return null;
  }
  try {
    return await ask(deps, connection, { provider, auth, lease: claimed }, { token, grant, admission }, canGoOn);
  } finally {
    // Whoever came to no word from the provider leaves the try to others.
    await admission.ended('untold');
  }
}

interface Asking {
  token: StoredToken;
  grant: Grant;
  admission: Admission & { refused: false };
}

async function ask(
  deps: Deps,
  connection: Connection,
  { provider, auth, lease: claimed }: Renewing,
  { token, grant, admission }: Asking,
  canGoOn: boolean,
): Promise<Record<string, string> | null> {
  const { app } = deps;
  const tell = tellRenewal(deps, connection);
  const { requestMs, leaseMs, lateMs } = deps.renewal ?? usualRenewal;
  const begunAt = performance.now();
  const lease = await app.tokens.beginAttempt(claimed, leaseMs);
  if (!lease) return null;
  // A process may be frozen in between: a request that would outlive its lease is not sent.
  if (performance.now() - begunAt > leaseMs - requestMs) {
    await app.tokens.release(lease, { dueInMs: 0, heldMs: 0 });
    return null;
  }
  const http = deps.httpFor(provider, { connectionId: connection.id, companyId: connection.companyId });
  const askedAt = performance.now();
  let granted: GrantedTokens;
  try {
    granted = await requestTokens(auth, grant, http, requestMs);
    await admission.ended('answered');
  } catch (error) {
    const failure = classifyGrant(error, auth, provider.label);
    await admission.ended(failure.code === 'provider_unavailable' ? 'outage' : 'answered', failure.sentence);
    const once = onceOnly(auth, token, provider, lateMs);
    // The next in turn asks again within the vendor's grace, and gives up after it.
    if (failure.effect === 'unknown' && once) {
      const { retryable } = consequences[failure.code];
      tell(once.graceMs === 0 ? 'lost' : 'answer_lost');
      if (once.graceMs === 0) await app.tokens.lose(lease, retryable ? once.sentence : failure.sentence);
      return null;
    }
    if (failure.code === 'credentials_rejected') {
      tell('lost');
      await app.tokens.lose(lease, failure.sentence);
      return null;
    }
    const { retryAfterMs } = failure;
    tell('refused');
    await app.tokens.release(lease, { dueInMs: retryAfterMs ?? askAgainMs, heldMs: retryAfterMs ?? askSoonMs });
    if (!canGoOn || !consequences[failure.code].retryable) throw asActivityFailure(failure);
    return null;
  }
  const { refreshToken, lifetimeS, scopes } = granted;
  // The token's time began while we waited for it.
  const endsInMs = Math.round(lifetimeS * 1_000 - (performance.now() - askedAt));
  const refreshInMs = endsInMs - refreshEarlyMs(lifetimeS * 1_000);
  const values = keptValues(auth, token.values, granted);
  const isKept = await insist(() => app.tokens.commit(lease, { values, scopes, endsInMs, refreshInMs }));
  tell(isKept ? 'renewed' : 'superseded');
  if (isKept) return handedOut(values);
  await revokeUnkept(deps, connection, token, refreshToken);
  return null;
}

const tellRenewal =
  ({ tell }: Deps, connection: Connection) =>
  (outcome: 'renewed' | 'superseded' | 'refused' | 'answer_lost' | 'lost') =>
    tell?.({ event: 'renewal', outcome, ...refOf(connection) });

/** What the provider has given out exists nowhere else: a database that is away for a moment must not cost a consent. */
async function insist<T>(keep: () => Promise<T>): Promise<T> {
  const until = performance.now() + keepForMs;
  for (;;) {
    try {
      return await keep();
    } catch (error) {
      if (performance.now() > until) throw error;
      await sleep(keepEveryMs);
    }
  }
}

function usable({ values, endsInMs }: StoredToken, rejected: string | undefined): Record<string, string> | null {
  const { accessToken } = values;
  if (accessToken === undefined || accessToken === rejected || endsInMs === null || endsInMs <= 1_000) return null;
  return handedOut(values);
}
