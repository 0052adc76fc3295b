import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { may, useSession } from '../../session.ts';
import { words } from '../../words/index.ts';
import { platform, type Chain } from './chain.ts';

/** The log keeps ids, which stay when a name is changed or erased: here are the names, where they are known. */
export function useActors(chain: Chain | undefined) {
  const mayManagePlatform = may(useSession(), 'platform.manage');
  const own = useNames(chain);
  // The platform's people act in companies too.
  const above = useNames(mayManagePlatform && chain !== platform ? platform : undefined);
  const names = new Map([['engine', words.audit.engine], ...own, ...above]);
  return { names, nameOf: (id: string) => names.get(id) ?? id };
}
export type Actors = ReturnType<typeof useActors>;

/** Those of one company, or the platform's own. */
function useNames(chain: Chain | undefined): [id: string, name: string][] {
  const query = { limit: 100 };
  const params = { path: { companyId: chain! }, query };
  const common = { enabled: chain !== undefined, staleTime: 60_000 };
  const people = useQuery({
    queryKey: ['users', chain],
    queryFn: () =>
      answerOf(
        chain === platform ? api.GET('/v1/users', { params: { query } }) : api.GET('/v1/companies/{companyId}/users', { params }),
      ),
    ...common,
  });
  const keys = useQuery({
    queryKey: ['keys', chain],
    queryFn: () =>
      answerOf(
        chain === platform
          ? api.GET('/v1/api-keys', { params: { query } })
          : api.GET('/v1/companies/{companyId}/api-keys', { params }),
      ),
    ...common,
  });
  return [
    ...(people.data?.items ?? []).map(({ id, name }): [string, string] => [id, name]),
    ...(keys.data?.items ?? []).map(({ id, label }): [string, string] => [id, words.audit.key(label)]),
  ];
}
