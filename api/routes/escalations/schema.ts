import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { Incident } from '../../../db/app/stores/incidents.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
import { moment } from '../../schemas.ts';

export const escalationSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    connectionId: z.string(),
    cause: z.enum(failureCodes),
    sentence: z.string(),
    state: z.enum(['open', 'acknowledged', 'taken_over', 'unanswered', 'recovered', 'resolved']),
    openedAt: moment,
    lastSeenAt: moment,
    repeats: z.number(),
    acknowledgedBy: z.string().nullable(),
    acknowledgedAt: moment.nullable(),
    takenOverBy: z.string().nullable(),
    takenOverAt: moment.nullable(),
    closedAt: moment.nullable(),
    note: z.string().nullable(),
    workflow: workflowSchema,
  })
  .meta({ id: 'Escalation' });

export const escalationDetailSchema = escalationSchema
  .extend({
    alerts: z.array(
      z.object({
        id: z.string(),
        rung: z.number(),
        userId: z.string(),
        channel: z.string(),
        state: z.enum(['claimed', 'sent', 'failed']),
        sentence: z.string().nullable(),
        sentAt: moment.nullable(),
      }),
    ),
  })
  .meta({ id: 'EscalationDetail' });

export const describeEscalation = (deps: Deps, caller: Caller, incident: Incident): z.input<typeof escalationSchema> => ({
  ...incident,
  sentence: forEyesOf(caller)(incident.sentence),
  note: incident.note && forEyesOf(caller)(incident.note),
  workflow: workflowLink(deps, workflowIds.escalation(incident.id)),
});
