import type { By } from '../db/app/stores/audit.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { Push } from '../db/app/stores/pushes.ts';
import { conflictCause } from '../domain/push.ts';
import type { Deps } from './deps.ts';

/** A push waits for its turn again; the one way to retry one, whoever asks for it. */
export async function retryPush(deps: Deps, pushId: string, options: { overwrites: boolean }, audit: By): Promise<Push> {
  const push = await deps.stores.pushes.retry(pushId, options, audit);
  await deps.stores.tasks.completeBySubject(push.id, 'It is tried again.', audit.actor);
  await wakePushesOf(deps, push.connectionId);
  return push;
}

/** After items of the error queue were closed by hand: a push that ended with its item asks nobody any more, and others go on. */
export async function afterClosing(deps: Deps, connection: Pick<Connection, 'id' | 'companyId'>, actor: string): Promise<void> {
  const { stores } = deps;
  const about = { connectionId: connection.id, companyId: connection.companyId, cause: conflictCause };
  for (const subject of await stores.tasks.openSubjects(about)) {
    const push = await stores.pushes.find(subject);
    if (push?.state === 'cancelled')
      await stores.tasks.completeBySubject(subject, 'Its item in the error queue was closed.', actor);
  }
  if ((await stores.pushes.standing(connection.id)).waiting > 0) await wakePushesOf(deps, connection.id);
}

/** When the wake-up is lost, `reconcile` finds what waits. */
export async function wakePushesOf({ stores, pushWaker }: Deps, connectionId: string): Promise<void> {
  const { companyId, providerKey } = await stores.connections.get(connectionId);
  pushWaker.wake({ connectionId, companyId, providerKey });
}
