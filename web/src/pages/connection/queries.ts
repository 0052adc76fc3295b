import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from '../../api/client.ts';

export type ConnectionDetail = Schemas['ConnectionDetail'];
const of = (connectionId: string) => ({ params: { path: { connectionId } } });

/** Everything of one connection begins with the same key, so that after a command all of it is read again. */
export const connectionQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['connection', connectionId],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}', of(connectionId))),
    refetchInterval: 10_000,
  });
export const jobsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['connection', connectionId, 'jobs'],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/jobs', of(connectionId))),
  });
export const runDaysQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['connection', connectionId, 'run-days'],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/run-days', of(connectionId))),
  });
export const credentialsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['connection', connectionId, 'credentials'],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/credentials', of(connectionId))),
    refetchInterval: 30_000,
  });
export const providerQuery = (providerKey: string) =>
  queryOptions({
    queryKey: ['provider', providerKey],
    queryFn: () => answerOf(api.GET('/v1/providers/{providerKey}', { params: { path: { providerKey } } })),
    staleTime: Infinity,
  });
