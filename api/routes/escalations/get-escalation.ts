import { route } from '../../route.ts';
import { describeEscalation, escalationDetailSchema } from './schema.ts';

export const getEscalation = route({
  method: 'get',
  path: '/escalations/:incidentId',
  permission: 'escalation.read',
  summary: 'One incident, with whom it was told to and when',
  answer: escalationDetailSchema,
  async handle({ deps, found: { incident } }) {
    return { ...describeEscalation(deps, incident), alerts: await deps.stores.incidents.alerts(incident.id) };
  },
});
