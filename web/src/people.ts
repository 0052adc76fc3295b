import { useQuery } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from './api/client.ts';
import { may, useSession } from './session.ts';
import { words } from './words/index.ts';

/** The people of one company; nobody where the list may not be read. */
function usePeople(companyId: string | undefined): Schemas['User'][] | undefined {
  const session = useSession();
  const { data } = useQuery({
    queryKey: ['people', companyId],
    enabled: companyId !== undefined && may(session, 'user.manage'),
    queryFn: () =>
      answerOf(
        api.GET('/v1/companies/{companyId}/users', { params: { path: { companyId: companyId! }, query: { limit: 100 } } }),
      ),
    staleTime: 300_000,
    meta: { isBeside: true },
  });
  return data?.items;
}

/** Who an id is, as far as the viewer may know: the people of one company, and themselves. */
export function useNameOf(companyId: string | undefined): (id: string | null) => string {
  const session = useSession();
  const people = usePeople(companyId);
  return (id) => {
    if (id !== null && id === session.user?.id) return words.mappings.you;
    if (id?.startsWith('key_')) return words.mappings.aKey;
    return people?.find((user) => user.id === id)?.name ?? words.mappings.somebody;
  };
}

/** Those who can be told when a connection breaks. */
export const useOwners = (companyId: string): Schemas['User'][] | undefined =>
  usePeople(companyId)?.filter(({ disabledAt, role }) => disabledAt === null && role !== 'client');
