import { nextTold } from '../../../domain/ladder.ts';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { describeEscalation, escalationDetailSchema } from './schema.ts';

export const getEscalation = route({
  method: 'get',
  path: '/escalations/:incidentId',
  permission: 'escalation.read',
  summary: 'One incident: whom it was told to and when, who is told next, and by whom it was answered',
  answer: escalationDetailSchema,
  async handle({ deps, caller, found: { incident } }) {
    const shown = forEyesOf(caller);
    const { incidents, connections, users } = deps.stores;
    const alerts = await incidents.alerts(incident.id);
    const { ladder } = (await connections.settings(incident.connectionId)).policy;
    const isWaiting = incident.state === 'open';
    const next = nextTold({ ladder, isWaiting, alerts });
    const mentioned = [...alerts.map(({ userId }) => userId), incident.acknowledgedBy, incident.takenOverBy];
    return {
      ...describeEscalation(deps, caller, incident),
      alerts: alerts.map((alert) => ({ ...alert, sentence: alert.sentence && shown(alert.sentence) })),
      ladder,
      next: next && { rung: next.rung?.position ?? null, at: next.at },
      people: await users.names([...new Set(mentioned.flatMap((id) => id ?? []))]),
    };
  },
});
