import { z } from 'zod';
import { metricKeys } from '../../../domain/metrics.ts';
import { route } from '../../route.ts';
import { moment } from '../../schemas.ts';

const reconciliationSchema = z
  .object({
    id: z.string(),
    metricKey: z.enum(metricKeys),
    manualValue: z.string(),
    providerValue: z.string().nullable().meta({ description: 'Null when there was nothing to take a rate or a median of.' }),
    difference: z.string().nullable().meta({ description: 'The provider’s value less the one entered by hand.' }),
    enteredBy: z.string(),
    reason: z.string(),
    at: moment,
  })
  .meta({ id: 'Reconciliation' });

export const listReconciliations = route({
  method: 'get',
  path: '/connections/:connectionId/reconciliations',
  permission: 'connection.read',
  summary: 'Values that were entered by hand, and what the provider said when it recovered',
  answer: z.object({ items: z.array(reconciliationSchema) }),
  handle: async ({ deps, found }) => ({ items: await deps.stores.metrics.reconciliations(found.connection.id) }),
});
