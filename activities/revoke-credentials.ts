/** Ends, at the provider, consents that are not needed any more. Best effort: it is tried a few times and never holds anything up. */
import { setTimeout as sleep } from 'node:timers/promises';
import { consequences } from '../domain/failure.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { StoredToken } from '../db/app/stores/tokens.ts';
import type { ConsentAuth } from '../providers/contract.ts';
import { classifyGrant, isConsent, revokeToken } from '../providers/oauth.ts';
import type { ActivityDeps } from './deps.ts';

type Deps = Pick<ActivityDeps, 'app' | 'getProvider' | 'httpFor' | 'oauthClient'>;

/** Together well under the shortest time-out of an activity that revokes. */
const attemptsMax = 3;
const requestMs = 4_000;
const pauseMs = 1_000;

/** Before a connection's credentials are forgotten: whatever it still holds. */
export async function revokeAll(deps: Deps, connection: Connection, by: string): Promise<void> {
  const held = await deps.app.tokens.held(connection.id);
  await Promise.all(held.map((token) => revokeOne(deps, connection, token, by)));
}

/**
 * After other credentials came into force: the earlier ones, where that leaves the new ones as they are. They are not kept for it, so
 * a crash in between leaves them to end by themselves.
 */
export async function revokeSuperseded(deps: Deps, connection: Connection, earlier: StoredToken, by: string): Promise<void> {
  const auth = consentAuthOf(deps, connection, earlier);
  const now = await deps.app.tokens.read({ connectionId: connection.id });
  if (auth?.revoke?.ends !== 'token' || now?.values['refreshToken'] === earlier.values['refreshToken']) return;
  await revokeOne(deps, connection, earlier, by);
}

/**
 * Tokens that came when there was no row to keep them in any more: while the provider was asked, the credentials were withdrawn,
 * replaced or given up. `asked` is what was asked with; a refresh token that did not change was ended by whoever withdrew it.
 */
export async function revokeUnkept(
  deps: Deps,
  connection: Connection,
  asked: StoredToken,
  refreshToken: string | null,
): Promise<void> {
  const auth = consentAuthOf(deps, connection, asked);
  if (!auth?.revoke || refreshToken === null || refreshToken === asked.values['refreshToken']) return;
  const inUse = (await deps.app.tokens.held(connection.id)).filter(({ lostReason }) => lostReason === null);
  // Another process renews them now, and at the vendor its tokens may be of one family with these.
  if (inUse.some(({ tokenId }) => tokenId === asked.tokenId)) return;
  if (inUse.length > 0 && auth.revoke.ends === 'grant') return;
  await revokeOne(deps, connection, { ...asked, values: { refreshToken } }, 'engine');
}

async function revokeOne(deps: Deps, connection: Connection, token: StoredToken, by: string): Promise<void> {
  const auth = consentAuthOf(deps, connection, token);
  const { refreshToken } = token.values;
  if (!auth?.revoke || refreshToken === undefined) return;
  const refused = await tryToRevoke(deps, connection, auth, refreshToken);
  await deps.app.audit.appendOnce({
    companyId: connection.companyId,
    actor: by,
    action: 'credentials.revoke',
    subject: token.tokenId,
    outcome: refused === null ? 'done' : 'refused',
    detail: { connectionId: connection.id, ...(refused !== null && { reason: refused }) },
  });
}

/** Why the provider did not end it; `null` when it did. */
async function tryToRevoke(deps: Deps, connection: Connection, auth: ConsentAuth, refreshToken: string): Promise<string | null> {
  const provider = deps.getProvider(connection.providerKey);
  const client = deps.oauthClient(provider.key);
  if (!client) return `The platform has no OAuth client at ${provider.label} any more.`;
  const http = deps.httpFor(provider, { connectionId: connection.id, companyId: connection.companyId });
  for (let attempt = 1; ; attempt += 1) {
    try {
      await revokeToken(auth, client, refreshToken, http, requestMs);
      return null;
    } catch (error) {
      const { code, providerCode } = classifyGrant(error, auth, provider.label);
      if (attempt === attemptsMax || !consequences[code].retryable)
        return `${provider.label} could not be told to end the access (${providerCode ?? code}): remove the app in the account there.`;
      await sleep(pauseMs);
    }
  }
}

function consentAuthOf(deps: Deps, { providerKey }: Connection, { kind }: StoredToken): ConsentAuth | undefined {
  return deps.getProvider(providerKey).auth.find((auth): auth is ConsentAuth => isConsent(auth) && auth.kind === kind);
}
