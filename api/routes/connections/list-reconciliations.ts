import { z } from 'zod';
import { judgeDifference } from '../../../domain/manual-value.ts';
import { definitionOf, metricKeys } from '../../../domain/metrics.ts';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { day, moment } from '../../schemas.ts';

const reconciliationSchema = z
  .object({
    id: z.string(),
    metricKey: z.enum(metricKeys),
    manualValue: z.string(),
    providerValue: z.string().nullable().meta({ description: 'Null when there was nothing to take a rate or a median of.' }),
    difference: z.string().nullable().meta({ description: 'The provider’s value less the one entered by hand.' }),
    enteredBy: z.string(),
    reason: z.string(),
    periodStart: day,
    periodEnd: day,
    handedBackBy: z.string().meta({ description: '`engine`, when the source was back.' }),
    isLarge: z.boolean(),
    sentence: z.string().meta({ description: 'What both say, and what to do when the difference is large.' }),
    at: moment,
  })
  .meta({ id: 'Reconciliation' });

export const listReconciliations = route({
  method: 'get',
  path: '/connections/:connectionId/reconciliations',
  permission: 'connection.read',
  summary: 'Values that were entered by hand, and what the provider said when it recovered',
  answer: z.object({ items: z.array(reconciliationSchema) }),
  async handle({ deps, caller, found }) {
    const rows = await deps.stores.manualValues.reconciliations(found.connection.id);
    return {
      items: rows.map((row) => ({
        ...row,
        reason: forEyesOf(caller)(row.reason),
        ...judgeDifference(definitionOf(row.metricKey), row),
      })),
    };
  },
});
