import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from '../../api/client.ts';

export type Group = Schemas['FailureGroup'];
export type Item = Schemas['QueueItem'];
type Filter = Schemas['QueueFilter'];

/** What a person acts on: these open items of one connection. */
export interface Target {
  connectionId: string;
  filter: Filter;
  items: number;
}

export const isOpen = ({ state }: Item) => state !== 'resolved' && state !== 'ignored';

/** An item of an older release has no word that others could share. */
export const alikeSearch = ({ connection, filter, newest }: Group) =>
  filter.reason ? { connection: connection.id, reason: filter.reason } : { item: newest.id };

interface GroupsOf {
  companyId: string;
  connection?: string;
  reason?: string;
}
export const groupsPage = ({ companyId, connection, reason }: GroupsOf, cursor?: string) =>
  answerOf(
    api.GET('/v1/companies/{companyId}/queue/groups', {
      params: {
        path: { companyId },
        query: {
          limit: 50,
          ...(connection && { connectionId: connection }),
          ...(reason && { reason }),
          ...(cursor && { cursor }),
        },
      },
    }),
  );

export const itemQuery = (itemId: string) =>
  queryOptions({
    queryKey: ['queue', itemId],
    queryFn: () => answerOf(api.GET('/v1/queue/{itemId}', { params: { path: { itemId } } })),
    refetchInterval: 5_000,
  });

/** Followed while it is under way. */
export const replayQuery = (replayId: string) =>
  queryOptions({
    queryKey: ['replay', replayId],
    queryFn: () => answerOf(api.GET('/v1/queue/replays/{replayId}', { params: { path: { replayId } } })),
    refetchInterval: ({ state }) => (state.data?.outcome === null ? 1_000 : false),
  });

export const callsQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['api-calls', connectionId],
    queryFn: () =>
      answerOf(api.GET('/v1/connections/{connectionId}/api-calls', { params: { path: { connectionId }, query: { limit: 5 } } })),
  });
