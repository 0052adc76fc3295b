import { ApplicationFailure } from '@temporalio/activity';
import type { FailureCode } from '../domain/failure.ts';
import type { ActivityDeps } from './deps.ts';
import type { OpenedConnection } from './provider-call.ts';

/** What the task about owners' names is about. */
const ownersSubject = (connectionId: string) => `${connectionId}:owners`;

/**
 * Brings the names of those who own records up to date. An account that may not tell them goes without: deals are worth more than
 * names, and a task says what is missing until it may.
 */
export async function refreshOwners(
  { app, now }: Pick<ActivityDeps, 'app' | 'now'>,
  { connection: { id: connectionId, companyId, label }, provider, call }: OpenedConnection,
): Promise<void> {
  const { owners } = provider;
  if (!owners) return;
  try {
    const told = await call((context) => owners(context));
    await app.recordOwners.refresh(connectionId, told, now());
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== ('permission_missing' satisfies FailureCode)) throw error;
    await app.tasks.open({
      companyId,
      connectionId,
      cause: 'owners_unknown',
      subject: ownersSubject(connectionId),
      sentence: `${label}: deals are read, but not who owns them. ${error.message} Then reauthorize the connection, and their names come with the next run.`,
    });
    return;
  }
  await app.tasks.completeBySubject(ownersSubject(connectionId), 'The names of owners can be read.', 'engine');
}
