import { queryOptions, useQuery } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from '../../api/client.ts';

export type Template = Schemas['Template'];
export type Delivery = Schemas['Message'];
export type DeliveryDetail = Schemas['MessageDetail'];

export const deliveryQuery = (deliveryId: string) =>
  queryOptions({
    queryKey: ['messages', deliveryId],
    queryFn: () => answerOf(api.GET('/v1/messages/{deliveryId}', { params: { path: { deliveryId } } })),
    refetchInterval: 5_000,
  });

/** The company's connections that can send messages, to choose one from. */
export function useSenders(companyId: string) {
  const providers = useQuery({
    queryKey: ['providers'],
    queryFn: () => answerOf(api.GET('/v1/providers')),
    staleTime: Infinity,
  });
  const connections = useQuery({
    queryKey: ['connections', companyId, 'all'],
    queryFn: () =>
      answerOf(api.GET('/v1/companies/{companyId}/connections', { params: { path: { companyId }, query: { limit: 100 } } })),
  });
  const sending = providers.data?.items.filter(({ category }) => category === 'messaging').map(({ key }) => key) ?? [];
  return {
    senders: connections.data?.items.filter(({ provider }) => sending.includes(provider.key)) ?? [],
    isPending: providers.isPending || connections.isPending,
    error: providers.error ?? connections.error,
  };
}
