import { z } from 'zod';
import { findProvider } from '../../../providers/registry.ts';
import { checkSettings } from '../../check-provider-input.ts';
import { invalid } from '../../errors.ts';
import { startOnboarding as startWorkflow } from '../../onboarding.ts';
import { route } from '../../route.ts';
import { settingsInput } from '../../schemas.ts';
import { factsInput } from './facts.ts';
import { requireOwner } from './owners.ts';
import { asOverrides, policyOverridesSchema } from './policy.ts';
import { connectionSchema, describeConnection } from './schema.ts';

export const startOnboarding = route({
  method: 'post',
  path: '/companies/:companyId/connections',
  permission: 'connection.create',
  summary: 'Start the onboarding of a connection: its row first, then its workflow',
  body: z.strictObject({
    providerKey: z.string().max(40),
    ...factsInput.shape,
    ownerUserId: factsInput.shape.ownerUserId.default(null),
    settings: settingsInput.default({}),
    policy: policyOverridesSchema.optional(),
  }),
  status: 201,
  answer: connectionSchema.extend({
    onboardingStarted: z.boolean().meta({ description: 'false when Temporal did not answer: the first step starts it then.' }),
  }),
  idempotent: true,
  async handle({ deps, found, body, caller, audit }) {
    const companyId = found.company.id;
    const provider = findProvider(body.providerKey);
    if (!provider) throw invalid([{ path: 'providerKey', message: 'Is not a provider: see GET /v1/providers.' }]);
    await requireOwner(deps, companyId, body.ownerUserId);
    const settings = checkSettings(provider, body.settings);
    const policy = body.policy && asOverrides(body.policy);
    const connection = await deps.stores.connections.create({ ...body, companyId, settings, policy }, audit);
    const onboardingStarted = await startWorkflow(deps, connection, caller.actor);
    return { ...describeConnection(deps, caller, connection), onboardingStarted };
  },
});
