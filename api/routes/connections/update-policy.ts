import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { invalid } from '../../errors.ts';
import { followPolicy } from '../../policy-change.ts';
import { route } from '../../route.ts';
import { asOverrides, policyOverridesSchema } from './policy.ts';
import { connectionDetailSchema, describeConnectionDetail } from './schema.ts';

export const updatePolicy = route({
  method: 'patch',
  path: '/connections/:connectionId/policy',
  permission: 'connection.settings',
  summary: 'Change cadence, retries, escalation, freshness or delivery; parts that are not sent stay',
  body: z.strictObject({ policy: policyOverridesSchema }),
  answer: connectionDetailSchema,
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const { streams } = getProvider(connection.providerKey);
    const unknown = Object.keys(body.policy.cadenceS ?? {}).filter((stream) => !Object.hasOwn(streams, stream));
    if (unknown.length > 0)
      throw invalid(
        unknown.map((stream) => ({
          path: `policy.cadenceS.${stream}`,
          message: `Is not a stream of this provider, which has ${Object.keys(streams).join(', ')}.`,
        })),
      );
    const { policy: before } = await deps.stores.connections.settings(connection.id);
    const sent = asOverrides(body.policy);
    const policy = {
      ...before,
      ...sent,
      retry: { ...before.retry, ...sent.retry },
      delivery: { ...before.delivery, ...sent.delivery },
      flapping: { ...before.flapping, ...sent.flapping },
      thresholds: { ...before.thresholds, ...sent.thresholds },
      cadenceS: { ...before.cadenceS, ...sent.cadenceS },
    };
    await deps.stores.connections.saveSettings(connection.id, { policy }, audit);
    await followPolicy(deps, connection, policy);
    return describeConnectionDetail(deps, caller, connection);
  },
});
