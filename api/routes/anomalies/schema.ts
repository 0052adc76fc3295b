import { z } from 'zod';
import type { Anomaly } from '../../../db/app/stores/anomalies.ts';
import { measures } from '../../../domain/anomaly.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
import { moment } from '../../schemas.ts';

export const anomalySchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    connectionId: z.string(),
    subject: z.string().meta({ description: 'The stream whose runs are measured, or `webhooks`.' }),
    measure: z.enum(measures),
    side: z.enum(['high', 'low']),
    value: z.number().meta({ description: 'The latest unusual one: records, webhooks, seconds, or a share from 0 to 1.' }),
    usualFrom: z.number(),
    usualTo: z.number(),
    sentence: z.string(),
    repeats: z.number().meta({ description: 'Unusual values so far.' }),
    firstAt: moment,
    lastAt: moment,
    decision: z.enum(['confirmed', 'dismissed']).nullable(),
    decidedBy: z.string().nullable(),
    decidedAt: moment.nullable(),
    reason: z.string().nullable(),
    endedAt: moment.nullable().meta({ description: '`null` while it lasts.' }),
    endedAs: z
      .enum(['usual_again', 'adopted', 'dismissed', 'disconnected'])
      .nullable()
      .meta({ description: '`adopted`: nobody decided for two weeks, so it is taken for the usual.' }),
  })
  .meta({ id: 'Anomaly' });

export function describeAnomaly(caller: Caller, anomaly: Anomaly): z.input<typeof anomalySchema> {
  const { slot: _, usualInARow: __, ...shown } = anomaly;
  return { ...shown, reason: shown.reason && forEyesOf(caller)(shown.reason) };
}
