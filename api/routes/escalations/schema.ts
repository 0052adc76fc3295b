import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { noticeChannels, noticeKinds } from '../../../domain/notice.ts';
import { rungAudiences } from '../../../domain/policy.ts';
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
    reopened: z.number().meta({ description: 'How often it came back soon after it had recovered.' }),
    flappingSince: moment.nullable().meta({ description: 'Since when it is known to come and go.' }),
    workflow: workflowSchema,
  })
  .meta({ id: 'Escalation' });

export const escalationDetailSchema = escalationSchema
  .extend({
    alerts: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(noticeKinds),
        rung: z.number().meta({ description: 'Of the ladder; of what is told beside it, how often it was before.' }),
        userId: z.string(),
        channel: z.string(),
        state: z.enum(['claimed', 'sent', 'failed', 'uncertain']),
        sentence: z.string().nullable(),
        sentAt: moment.nullable(),
      }),
    ),
    ladder: z
      .array(
        z.object({
          position: z.number(),
          tell: z.enum(rungAudiences),
          channel: z.enum(noticeChannels).optional(),
          acknowledgeWithinMs: z.number(),
        }),
      )
      .meta({ description: 'Whom the connection’s policy tells, in order.' }),
    next: z
      .object({
        rung: z.number().nullable().meta({ description: 'Its position; null: the ladder ends, and it stays open unanswered.' }),
        at: moment.nullable().meta({ description: 'Later in quiet hours; null: as soon as the rung before is done.' }),
      })
      .nullable()
      .meta({ description: 'Who is told next unless somebody answers; null when nobody is.' }),
    people: z
      .array(z.object({ id: z.string(), name: z.string() }))
      .meta({ description: 'The names of those who were told, and of who answered.' }),
  })
  .meta({ id: 'EscalationDetail' });

export const describeEscalation = (deps: Deps, caller: Caller, incident: Incident): z.input<typeof escalationSchema> => ({
  ...incident,
  sentence: forEyesOf(caller)(incident.sentence),
  note: incident.note && forEyesOf(caller)(incident.note),
  workflow: workflowLink(deps, workflowIds.escalation(incident.id)),
});
