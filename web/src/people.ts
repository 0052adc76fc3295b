import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from './api/client.ts';
import { may, useSession } from './session.ts';
import { words } from './words/index.ts';

/** Who an id is, as far as the viewer may know: the people of one company, and themselves. */
export function useNameOf(companyId: string | undefined): (id: string | null) => string {
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
  return (id) => {
    if (id !== null && id === session.user?.id) return words.mappings.you;
    if (id?.startsWith('key_')) return words.mappings.aKey;
    return data?.items.find((user) => user.id === id)?.name ?? words.mappings.somebody;
  };
}
