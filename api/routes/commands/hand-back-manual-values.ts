import { z } from 'zod';
import { metricKeys } from '../../../domain/metrics.ts';
import { handBackManualValueUpdate } from '../../../workflows/messages.ts';
import { commandConnection } from '../../commands.ts';
import { ApiError } from '../../errors.ts';
import { leadingWorkflow } from '../../links.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';

export const handBackManualValues = route({
  method: 'post',
  path: '/connections/:connectionId/manual-values/hand-back',
  permission: 'connection.manual_value',
  summary: 'Show the source’s last good values again; what was entered by hand is compared with the source’s own once it is back',
  body: z.strictObject({
    metricKeys: z.array(z.enum(metricKeys)).min(1).optional().meta({ description: 'All that stand when absent.' }),
  }),
  command: true,
  answer: verdictSchema.extend({ handedBack: z.number().optional() }).meta({ id: 'HandBackAnswer' }),
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const stand = await deps.stores.manualValues.list(connection.id);
    if (!stand.some(({ metricKey }) => body.metricKeys?.includes(metricKey) ?? true)) {
      const workflow = leadingWorkflow(deps, connection);
      throw new ApiError(409, 'refused', 'No value by hand stands there: list those that do.', { workflow });
    }
    const given = { by: caller.actor, ...(body.metricKeys && { metricKeys: body.metricKeys }) };
    return commandConnection(deps, connection, 'handBackManualValue', handBackManualValueUpdate, given, audit);
  },
});
