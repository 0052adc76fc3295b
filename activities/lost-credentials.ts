import type { Connection } from '../db/app/stores/connections.ts';
import type { StoredToken } from '../db/app/stores/tokens.ts';
import type { ActivityDeps } from './deps.ts';

/** What the task is about; the id of a set of credentials would change with the next one. */
export const credentialsSubject = (connectionId: string) => `${connectionId}:credentials`;

/**
 * Credentials in force can no longer be renewed: a task for the owner, and the connection's workflow stops its runs. Told by everybody
 * who comes across them, so that a crash in between leaves nobody untold. In an onboarding, the person at its step is told by the answer.
 */
export async function tellLost(
  { app, temporal }: Pick<ActivityDeps, 'app' | 'temporal'>,
  connection: Connection,
  { state }: StoredToken,
  reason: string,
): Promise<void> {
  if (state !== 'active' || connection.state === 'onboarding' || connection.state === 'disconnected') return;
  const { id: connectionId, companyId, label } = connection;
  await app.tasks.open({
    companyId,
    connectionId,
    cause: 'credentials_lost',
    subject: credentialsSubject(connectionId),
    sentence: `${label}: ${reason}`,
  });
  await temporal.credentialsLost(connectionId, { reason });
}
