import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { describeEscalation, escalationDetailSchema } from './schema.ts';

export const getEscalation = route({
  method: 'get',
  path: '/escalations/:incidentId',
  permission: 'escalation.read',
  summary: 'One incident, with whom it was told to and when',
  answer: escalationDetailSchema,
  async handle({ deps, caller, found: { incident } }) {
    const shown = forEyesOf(caller);
    const alerts = await deps.stores.incidents.alerts(incident.id);
    return {
      ...describeEscalation(deps, caller, incident),
      alerts: alerts.map((alert) => ({ ...alert, sentence: alert.sentence && shown(alert.sentence) })),
    };
  },
});
