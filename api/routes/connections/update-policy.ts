import { z } from 'zod';
import { changeOverrides } from '../../../domain/policy.ts';
import { getProvider } from '../../../providers/registry.ts';
import { requireAsSeen } from '../../as-seen.ts';
import { ApiError, invalid } from '../../errors.ts';
import { followPolicy } from '../../policy-change.ts';
import { route } from '../../route.ts';
import { asChanges, policyChangesSchema } from './policy.ts';
import { connectionDetailSchema, describeConnectionDetail } from './schema.ts';

export const updatePolicy = route({
  method: 'patch',
  path: '/connections/:connectionId/policy',
  permission: 'connection.settings',
  summary: 'Change cadence, retries, escalation, freshness or delivery; parts that are not sent stay, null is the usual again',
  body: z.strictObject({
    policy: policyChangesSchema,
    was: policyChangesSchema.default({}).meta({
      description: 'What `policyOverrides` said when it was changed, null for nothing: 409 where something else stands by now.',
    }),
  }),
  answer: connectionDetailSchema,
  refusals: [409],
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
    const { connections } = deps.stores;
    const { overrides: stands } = await connections.settings(connection.id);
    const policy = changeOverrides(stands, asChanges(body.policy));
    requireAsSeen({ stands, was: asChanges(body.was), wanted: policy }, 'policy');
    await connections.saveSettings(connection.id, { policy, seen: { policy: stands } }, audit);
    await followPolicy(deps, connection, (await connections.settings(connection.id)).policy).catch(sayItIsSaved);
    return describeConnectionDetail(deps, caller, connection);
  },
});

/** Asked for again, it is brought to what runs by it. */
function sayItIsSaved(error: unknown): never {
  if (!(error instanceof ApiError)) throw error;
  const { status, code, retryAfterS, workflow } = error;
  throw new ApiError(status, code, 'It is saved, but what runs by it could not be told yet: try again shortly.', {
    ...(retryAfterS !== undefined && { retryAfterS }),
    ...(workflow && { workflow }),
  });
}
