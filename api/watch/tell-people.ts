import type { AppStores } from '../../db/app/stores/index.ts';
import type { User } from '../../db/app/stores/users.ts';
import { quietForMs, waysTo } from '../../domain/reaching.ts';
import { watchNotice, type Finding } from '../../domain/watch.ts';
import { reach, type Notices } from '../../notices/index.ts';

/** How many were reached, whether somebody is only not to be disturbed now, and why others were not reached. */
export type TellPeople = (
  findings: Finding[],
  openedAt: Date,
) => Promise<{ told: number; isQuiet: boolean; sentences: string[] }>;

interface Options {
  stores: Pick<AppStores, 'connections' | 'users' | 'noticeSettings'>;
  notices: Notices;
  publicUrl: string;
}

/** Of connections of one company, their owners hear, or else its admins, or else the platform's; of the platform, its admins. */
export function peopleTeller({ stores, notices, publicUrl }: Options): TellPeople {
  return async (findings, openedAt) => {
    const connections = findings.flatMap(({ connection }) => connection ?? []);
    const [first] = connections;
    const notice = watchNotice(findings, openedAt, publicUrl);
    const about = first ? { connectionId: first.id, companyId: first.companyId } : null;
    const sentences: string[] = [];
    for (const people of groups(connections)) {
      let told = 0;
      let isQuiet = false;
      for (const person of await people()) {
        const { companyId } = person;
        const settings = await stores.noticeSettings.read({ id: person.id, companyId });
        const reachable = { ...person, notices: settings };
        // The platform's own trouble cannot wait until the morning.
        if (first && quietForMs(reachable, Date.now()) > 0) {
          isQuiet = true;
          continue;
        }
        const means = waysTo(reachable).flatMap((way) => ('means' in way ? [way.means] : []));
        const reached = await reach(notices, means, { ...notice, id: `${notice.id}-${person.id}` }, about);
        if (reached.told) told += 1;
        sentences.push(...reached.failures.map(({ sentence }) => sentence));
      }
      if (told > 0 || isQuiet) return { told, isQuiet, sentences };
    }
    return { told: 0, isQuiet: false, sentences };
  };

  function groups(connections: { id: string; companyId: string }[]): (() => Promise<User[]>)[] {
    const platform = () => stores.users.withRole(null, 'platform_admin');
    const [first] = connections;
    if (!first) return [platform];
    return [() => ownersOf(connections), () => stores.users.withRole(first.companyId, 'company_admin'), platform];
  }

  async function ownersOf(connections: { id: string }[]): Promise<User[]> {
    const ids = new Set<string>();
    for (const { id } of connections) ids.add((await stores.connections.get(id)).ownerUserId ?? '');
    const owners = await Promise.all([...ids].filter(Boolean).map((id) => stores.users.find(id)));
    return owners.filter((owner) => owner !== null && !owner.disabledAt) as User[];
  }
}
