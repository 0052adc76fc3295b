import { queryOptions, useQuery } from '@tanstack/react-query';
import { basePath } from './base.ts';
import { answerOf, api, Problem, type Schemas } from './api/client.ts';

export type Session = Schemas['Session'];
export type Permission = Session['permissions'][number];

/** Who is signed in; `null` when nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  async queryFn(): Promise<Session | null> {
    try {
      return await answerOf(api.GET('/v1/session'));
    } catch (error) {
      if (error instanceof Problem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
  meta: { isBeside: true },
});

export function useSession(): Session {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error('Nobody is signed in, and this page is for those who are.');
  return data;
}

export const may = ({ permissions }: Session, permission: Permission) => permissions.includes(permission);

/** To the sign-in page, loaded anew: nothing of what was shown stays in the memory of the page. */
export const leave = () => location.assign(`${basePath}sign-in`);
