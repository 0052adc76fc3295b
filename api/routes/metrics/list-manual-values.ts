import { z } from 'zod';
import { metricKeys } from '../../../domain/metrics.ts';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { day, moment } from '../../schemas.ts';

const manualValueSchema = z
  .object({
    id: z.string(),
    metricKey: z.enum(metricKeys),
    value: z.string(),
    periodStart: day,
    periodEnd: day,
    reason: z.string(),
    enteredBy: z.string(),
    at: moment,
    expiresAt: moment.nullable(),
    standing: z.enum(['shown', 'ended']).meta({ description: '`ended`: the card shows the source’s last good value again.' }),
  })
  .meta({ id: 'ManualValue' });

export const listManualValues = route({
  method: 'get',
  path: '/connections/:connectionId/manual-values',
  permission: 'connection.read',
  summary: 'Values that people entered and that the source’s own has not replaced yet',
  answer: z.object({ items: z.array(manualValueSchema) }),
  async handle({ deps, caller, found }) {
    const values = await deps.stores.manualValues.list(found.connection.id);
    return { items: values.map((value) => ({ ...value, reason: forEyesOf(caller)(value.reason) })) };
  },
});
