import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { words } from '../../words/index.ts';

/** The log keeps ids, which stay when a name is changed or erased: here are the names, where they are known. */
export function useActors(companyId: string | undefined) {
  const params = { path: { companyId: companyId! }, query: { limit: 100 } };
  const common = { enabled: companyId !== undefined, staleTime: 60_000 };
  const people = useQuery({
    queryKey: ['users', companyId],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/users', { params })),
    ...common,
  });
  const keys = useQuery({
    queryKey: ['keys', companyId],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/api-keys', { params })),
    ...common,
  });
  const names = new Map([
    ['engine', words.audit.engine],
    ...(people.data?.items ?? []).map(({ id, name }) => [id, name] as const),
    ...(keys.data?.items ?? []).map(({ id, label }) => [id, words.audit.key(label)] as const),
  ]);
  return { names, nameOf: (id: string) => names.get(id) ?? id };
}
export type Actors = ReturnType<typeof useActors>;
