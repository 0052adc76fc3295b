import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from '../../api/client.ts';

export type Health = Schemas['Health'];
export type Anomaly = Schemas['Anomaly'];
export type Rates = Schemas['Rates'];

export const rollUpQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['rollup', companyId],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/rollup', { params: { path: { companyId } } })),
    refetchInterval: 60_000,
  });

const dayMs = 86_400_000;
/** The last so many days (UTC), today included. */
export function windowOf(days: number): { from: string; to: string } {
  const at = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  return { from: at(Date.now() - (days - 1) * dayMs), to: at(Date.now()) };
}
export const daysOf = ({ from, to }: { from: string; to: string }): string[] => {
  const count = Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1;
  return Array.from({ length: count }, (_, day) => new Date(Date.parse(from) + day * dayMs).toISOString().slice(0, 10));
};

export const ratesQuery = (companyId: string, query: { from: string; to: string }) =>
  queryOptions({
    queryKey: ['rates', companyId, query],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/rates', { params: { path: { companyId }, query } })),
    refetchInterval: 60_000,
  });
export const summariesQuery = (companyId: string, query: { from: string; to: string }) =>
  queryOptions({
    queryKey: ['summaries', companyId, query],
    queryFn: () => answerOf(api.GET('/v1/companies/{companyId}/summaries', { params: { path: { companyId }, query } })),
    refetchInterval: 60_000,
  });
export const providersQuery = queryOptions({
  queryKey: ['providers'],
  queryFn: () => answerOf(api.GET('/v1/providers')),
  staleTime: Number.POSITIVE_INFINITY,
});
