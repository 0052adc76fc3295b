import { onDuty } from '../../../domain/duty.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { Deps } from '../../deps.ts';
import { invalid, notFound } from '../../errors.ts';

interface Owner {
  userId: string;
  name: string;
  by: 'assigned' | 'duty';
}

/** Who looks after each connection of one company: who is assigned, else the first on duty. */
export async function findOwners({ stores }: Deps, connections: Connection[]): Promise<(connection: Connection) => Owner | null> {
  const [first] = connections;
  if (!first) return () => null;
  const [person] = onDuty(await stores.duty.members(first.companyId), Date.now());
  const assigned = connections.flatMap(({ ownerUserId }) => ownerUserId ?? []);
  const names = await stores.users.actorNames([...new Set([...assigned, ...(person ? [person.userId] : [])])]);
  const named = (userId: string | undefined | null, by: Owner['by']) => {
    const name = userId && names.get(userId);
    return name ? { userId, name, by } : null;
  };
  return ({ ownerUserId }) => named(ownerUserId, 'assigned') ?? named(person?.userId, 'duty');
}

/** Refuses somebody of another company, as if there were no such person, and whom nobody would reach. */
export async function requireOwner({ stores }: Deps, companyId: string, userId: string | null): Promise<void> {
  if (userId === null) return;
  const person = await stores.users.find(userId);
  if (person?.companyId !== companyId) throw notFound('user', 'ownerUserId');
  if (person.disabledAt || person.role === 'client')
    throw invalid([
      { path: 'ownerUserId', message: 'Must be somebody who looks after it: no client, and nobody who is disabled.' },
    ]);
}
