/** Whom a rung of the ladder names, and who was told already. */
import type { IncidentAlert } from '../db/app/stores/incidents.ts';
import type { User } from '../db/app/stores/users.ts';
import { onDuty } from '../domain/duty.ts';
import type { Rung } from '../domain/policy.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';

export interface Audience {
  people: User[];
  /** Whether the first who can be reached is enough: a roster has an order. Who is on duty is awake. */
  isRoster: boolean;
}

type Deps = Pick<ActivityDeps, 'app' | 'now'>;

export async function peopleOn(
  deps: Deps,
  { tell: who }: Rung,
  ref: Pick<ConnectionRef, 'companyId' | 'connectionId'>,
): Promise<Audience> {
  const { app } = deps;
  const { companyId, connectionId } = ref;
  switch (who) {
    case 'platform_admin':
      return { people: await app.users.withRole(null, 'platform_admin'), isRoster: false };
    case 'company_admin':
      return { people: await app.users.withRole(companyId, 'company_admin'), isRoster: false };
    case 'duty':
      return { people: await peopleOnDuty(deps, companyId), isRoster: true };
    case 'platform_duty':
      return { people: await peopleOnDuty(deps, null), isRoster: true };
    case 'owner':
      return { people: await ownerOf(deps, connectionId), isRoster: false };
  }
}

async function peopleOnDuty(deps: Deps, companyId: string | null): Promise<User[]> {
  const members = onDuty(await deps.app.duty.members(companyId), deps.now().getTime());
  return found(
    deps,
    members.map(({ userId }) => userId),
  );
}

export async function ownerOf(deps: Deps, connectionId: string): Promise<User[]> {
  const { ownerUserId } = await deps.app.connections.get(connectionId);
  return found(deps, ownerUserId ? [ownerUserId] : []);
}

/** Everybody who was told of the incident, or may have been, each with the channel that they were told over last. */
export async function peopleTold(
  deps: Deps,
  alerts: readonly IncidentAlert[],
): Promise<{ person: User; over: IncidentAlert['channel'] }[]> {
  const over = new Map(
    alerts.filter(({ state }) => state === 'sent' || state === 'uncertain').map(({ userId, channel }) => [userId, channel]),
  );
  const people = await found(deps, [...over.keys()]);
  return people.map((person) => ({ person, over: over.get(person.id)! }));
}

async function found({ app }: Deps, ids: string[]): Promise<User[]> {
  const people = await Promise.all(ids.map((id) => app.users.find(id)));
  return people.filter((person): person is User => person !== null && person.disabledAt === null);
}
