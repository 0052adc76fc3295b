import { queryOptions, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { answerOf, api } from './api/client.ts';
import { may, useSession } from './session.ts';

const companiesQuery = queryOptions({
  queryKey: ['companies'],
  queryFn: () => answerOf(api.GET('/v1/companies', { params: { query: { limit: 100 } } })),
  meta: { isBeside: true },
});

/** One's own company; the platform's people choose one of all, and it stands in the address. */
export function useCompanies() {
  const session = useSession();
  const { company } = useSearch({ strict: false });
  const mayChoose = session.company === null && may(session, 'company.read');
  const query = useQuery({ ...companiesQuery, enabled: mayChoose });
  const choices = query.data?.items ?? [];
  const chosen = session.company ?? choices.find(({ id }) => id === company) ?? choices.at(-1);
  return { chosen, choices, query, mayChoose };
}

/** The company whose things are shown. The shell shows pages once it is known. */
export function useCompany(): { companyId: string; timeZone: string } {
  const { chosen } = useCompanies();
  if (!chosen) throw new Error('No company is chosen, and this page is of one.');
  return { companyId: chosen.id, timeZone: chosen.timeZone };
}
