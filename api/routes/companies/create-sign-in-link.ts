import { z } from 'zod';
import { ApiError } from '../../errors.ts';
import { route } from '../../route.ts';
import { moment } from '../../schemas.ts';

const validForMs = 24 * 3_600_000;

export const createSignInLink = route({
  method: 'post',
  path: '/users/:userId/sign-in-link',
  permission: 'user.manage',
  summary: 'Give a person a link that signs them in once, within a day, to set a password; those before are no longer good',
  status: 201,
  answer: z
    .object({
      token: z.string().meta({ description: 'For POST /v1/session/link. Shown here and never again.' }),
      expiresAt: moment,
    })
    .meta({ id: 'SignInLink' }),
  refusals: [409],
  async handle({ deps, found: { user }, audit }) {
    if (user.disabledAt) throw new ApiError(409, 'refused', 'This person was disabled: enable them first.');
    return deps.stores.passwords.createLink(user, { validForMs }, audit);
  },
});
