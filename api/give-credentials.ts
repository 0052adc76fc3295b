import type { By } from '../db/app/stores/audit.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import { confirmAccessUpdate, reauthorizeUpdate } from '../workflows/messages.ts';
import { commandConnection } from './commands.ts';
import type { Deps } from './deps.ts';
import { ApiError } from './errors.ts';
import { tellOnboarding } from './onboarding.ts';
import { launched } from './routes/onboarding/schema.ts';

/** As a person entered them, or as a consent gave them. */
export interface GivenCredentials {
  kind: string;
  values: Record<string, string>;
}

/** Step 1 of an onboarding. They are staged before the workflow hears of them: no credential ever enters a history. */
export async function giveAccess(deps: Deps, connection: Connection, given: GivenCredentials | undefined, audit: By) {
  const done = launched(deps, connection);
  if (done) return done;
  const owner = { connectionId: connection.id, companyId: connection.companyId };
  const token = given && (await deps.stores.credentials.stage({ ...given, ...owner }, audit));
  deps.webhookTargets.forget(connection.id);
  const answer = await tellOnboarding(deps, connection, confirmAccessUpdate, { by: audit.actor });
  // The step had been confirmed with other credentials: these were never tried and must not be taken by the next step.
  if (token && answer.verdict === 'already') await deps.stores.credentials.discard(token.tokenId, audit);
  return answer;
}

/** New credentials of a launched connection; they come into force after a real call with them. */
export async function giveNewCredentials(deps: Deps, connection: Connection, given: GivenCredentials, audit: By) {
  const owner = { connectionId: connection.id, companyId: connection.companyId };
  const { tokenId } = await deps.stores.credentials.stage({ ...given, ...owner }, audit);
  try {
    return await commandConnection(deps, connection, 'reauthorize', reauthorizeUpdate, { by: audit.actor, tokenId }, audit);
  } catch (error) {
    // Refused for certain: what was not taken is not kept. Without an answer it may still be taken.
    if (error instanceof ApiError && error.status === 409) await deps.stores.credentials.discard(tokenId, audit);
    throw error;
  } finally {
    deps.webhookTargets.forget(connection.id);
  }
}
