import { queryOptions, useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../../api/client.ts';
import { may, useSession } from '../../session.ts';

const asked = (companyId: string, limit = 100) => ({ params: { path: { companyId }, query: { limit } } });

export const openTasksQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['tasks', companyId, 'open'],
    queryFn: () =>
      answerOf(
        api.GET('/v1/companies/{companyId}/tasks', {
          params: { path: { companyId }, query: { limit: 100, open: 'true' } },
        }),
      ),
    refetchInterval: 15_000,
  });

/** By the names that the health page gives them, so that both show the same. */
export const healthQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['health', companyId],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/health', asked(companyId))),
    refetchInterval: 15_000,
  });

export const failureGroupsQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['queue', companyId, 'groups of home'],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/queue/groups', asked(companyId, 5))),
    refetchInterval: 15_000,
  });

/** Whether the viewer is on duty, and the connections that they own. */
export function useMine(companyId: string) {
  const session = useSession();
  const me = session.user?.id;
  const common = { enabled: me !== undefined, refetchInterval: 60_000 };
  const duty = useQuery({
    queryKey: ['duty', companyId],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/duty', { params: { path: { companyId } } })),
    ...common,
    enabled: common.enabled && may(session, 'duty.read'),
  });
  const connections = useQuery({
    queryKey: ['connections', companyId, 'all'],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/connections', asked(companyId))),
    ...common,
  });
  const owned = connections.data?.items.filter(({ ownerUserId }) => ownerUserId === me).map(({ id }) => id) ?? [];
  return { isOnDuty: me !== undefined && (duty.data?.onDuty.includes(me) ?? false), owned: new Set(owned) };
}
