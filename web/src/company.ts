import { queryOptions, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { answerOf, api, type Schemas } from './api/client.ts';
import { may, useSession } from './session.ts';

const companiesQuery = queryOptions({
  queryKey: ['companies'],
  queryFn: () => answerOf(api.GET('/v1/companies', { params: { query: { limit: 100 } } })),
});

/** The company whose things are shown: one's own, or for the platform's people the one in the address. */
export function useCompany(): { companyId: string | undefined; choices: Schemas['Company'][]; isPending: boolean } {
  const session = useSession();
  const { company } = useSearch({ strict: false });
  const chooses = session.company === null && may(session, 'company.read');
  const { data, isPending } = useQuery({ ...companiesQuery, enabled: chooses });
  const choices = data?.items ?? [];
  const chosen = choices.find(({ id }) => id === company) ?? choices.at(-1);
  return { companyId: session.company?.id ?? chosen?.id, choices, isPending: chooses && isPending };
}
