import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { decideCommand } from '../../../domain/connection-state.ts';
import type { Consent } from '../../../db/app/stores/consents.ts';
import { getProvider } from '../../../providers/registry.ts';
import { consentAuthOf } from '../../consents/settings.ts';
import { ApiError } from '../../errors.ts';
import { isOwnPath } from '../../own-path.ts';
import { route } from '../../route.ts';
import { moment } from '../../schemas.ts';

export const askConsent = route({
  method: 'post',
  path: '/connections/:connectionId/oauth',
  permission: 'connection.authorize',
  summary: 'Ask for a consent at the provider: a link for one browser, good once and for ten minutes',
  body: z.strictObject({
    returnTo: z
      .string()
      .refine(isOwnPath, 'Must be a path of the console, such as /connections/…/setup.')
      .optional()
      .meta({ description: 'Where the browser goes on in the console afterwards; left out: nowhere, the page is closed.' }),
  }),
  status: 201,
  answer: z
    .object({
      url: z.url().meta({ description: 'Open it in the browser of the person who consents.' }),
      purpose: z
        .enum(['access', 'reauthorize'])
        .meta({ description: 'The first step of the onboarding, or new credentials of a launched connection.' }),
      expiresAt: moment,
    })
    .meta({ id: 'ConsentLink' }),
  refusals: [409],
  async handle({ deps, found: { connection }, body: { returnTo }, caller, audit }) {
    consentAuthOf(deps, getProvider(connection.providerKey));
    const purpose: Consent['purpose'] = connection.state === 'onboarding' ? 'access' : 'reauthorize';
    const verdict = decideCommand(connection.state, 'reauthorize');
    if (purpose === 'reauthorize' && verdict.verdict === 'refused') throw new ApiError(409, 'refused', verdict.reason);
    const ticket = randomBytes(32).toString('base64url');
    const { id: connectionId, companyId } = connection;
    const asked = { connectionId, companyId, keyId: caller.keyId, purpose, ticket };
    const { expiresAt } = await deps.stores.consents.ask(asked, audit);
    const back = returnTo === undefined ? '' : `?returnTo=${encodeURIComponent(returnTo)}`;
    return { url: `${deps.publicUrl}/oauth/start/${ticket}${back}`, purpose, expiresAt };
  },
});
