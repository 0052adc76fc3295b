import { z } from 'zod';
import { metricKeys } from '../../../domain/metrics.ts';
import { getProvider } from '../../../providers/registry.ts';
import { enterManualValueUpdate } from '../../../workflows/messages.ts';
import { commandConnection } from '../../commands.ts';
import { ApiError, invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { day, name, verdictSchema } from '../../schemas.ts';

export const enterManualValue = route({
  method: 'post',
  path: '/connections/:connectionId/manual-values',
  permission: 'connection.manual_value',
  summary: 'Enter a value by hand while the connection cannot deliver; the card says that a person entered it',
  body: z
    .strictObject({
      metricKey: z.enum(metricKeys),
      value: z.string().regex(/^-?\d{1,12}(\.\d{1,8})?$/, 'Must be a decimal number as text, such as "42" or "3.5".'),
      periodStart: day,
      periodEnd: day,
      reason: name(280),
    })
    .refine(({ periodStart, periodEnd }) => periodStart <= periodEnd, {
      path: ['periodEnd'],
      message: 'Must not lie before periodStart.',
    }),
  command: true,
  answer: verdictSchema.extend({ snapshotId: z.string() }).meta({ id: 'ManualValueAnswer' }),
  refusals: [409, 503, 504],
  idempotent: true,
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const { id: connectionId, companyId, providerKey } = connection;
    if (!getProvider(providerKey).metrics.includes(body.metricKey))
      throw invalid([{ path: 'metricKey', message: 'This provider does not feed it.' }]);
    const { snapshotId } = await deps.stores.metrics.enterManual({ companyId, connectionId, ...body }, audit);
    try {
      const answer = await commandConnection(
        deps,
        connection,
        'enterManualValue',
        enterManualValueUpdate,
        {
          by: caller.actor,
          snapshotId,
        },
        audit,
      );
      return { ...answer, snapshotId };
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) await deps.stores.metrics.discardManual(snapshotId);
      throw error;
    }
  },
});
