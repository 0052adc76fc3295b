import { queryOptions } from '@tanstack/react-query';
import { answerOf, api, type Schemas } from '../../api/client.ts';

export type Incident = Schemas['Escalation'];
export type IncidentDetail = Schemas['EscalationDetail'];

export const isOpen = ({ closedAt }: Pick<Incident, 'closedAt'>) => closedAt === null;

/** Everything that is open, and the newest of what is over. */
export const incidentsQuery = (companyId: string) =>
  queryOptions({
    queryKey: ['incidents', companyId],
    queryFn: () =>
      answerOf(api.GET('/v1/companies/{companyId}/escalations', { params: { path: { companyId }, query: { limit: 100 } } })),
    refetchInterval: 10_000,
  });

export const incidentQuery = (incidentId: string) =>
  queryOptions({
    queryKey: ['incidents', incidentId, 'one'],
    queryFn: () => answerOf(api.GET('/v1/escalations/{incidentId}', { params: { path: { incidentId } } })),
    refetchInterval: 5_000,
  });

export const manualValuesQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ['incidents', connectionId, 'manual-values'],
    queryFn: () => answerOf(api.GET('/v1/connections/{connectionId}/manual-values', { params: { path: { connectionId } } })),
  });

/** As the client sees them. */
export const cardsQuery = ({ companyId, connectionId }: Pick<Incident, 'companyId' | 'connectionId'>) =>
  queryOptions({
    queryKey: ['incidents', connectionId, 'cards'],
    queryFn: () =>
      answerOf(api.GET('/v1/companies/{companyId}/portal/cards', { params: { path: { companyId }, query: { connectionId } } })),
    refetchInterval: 10_000,
  });
