import { z } from 'zod';
import { ApiError } from '../../errors.ts';
import { route } from '../../route.ts';
import { userSchema } from './schema.ts';

/**
 * By issuer and subject, not by e-mail: addresses are given to other people, and not every issuer checks them. The platform's
 * alone, because whoever links a subject lets its holder into the company.
 */
export const linkToken = route({
  method: 'post',
  path: '/users/:userId/token',
  permission: 'platform.manage',
  summary: 'Say whose tokens (JWTs) speak for a person; null takes the link away',
  body: z.strictObject({
    issuer: z
      .string()
      .max(255)
      .optional()
      .meta({ description: 'Which, where people sign in at two: `JWT_ISSUER` or `OIDC_ISSUER`.' }),
    subject: z.string().min(1).max(255).nullable().meta({ description: 'The `sub` of their tokens from the trusted issuer.' }),
  }),
  answer: userSchema,
  refusals: [409],
  async handle({ deps, found, body: { subject, issuer: given }, audit }) {
    const trusted = [deps.tokens?.issuer, deps.oidc?.issuer].filter((issuer) => issuer !== undefined);
    const issuer = given === undefined ? trusted[0] : trusted.find((each) => each === given);
    if (subject === null) return deps.stores.users.linkToken(found.user.id, null, audit);
    if (issuer === undefined)
      throw new ApiError(
        409,
        'refused',
        'No such issuer is trusted here: set JWT_ISSUER and JWT_AUDIENCE, or OIDC_ISSUER, first.',
      );
    return deps.stores.users.linkToken(found.user.id, { issuer, subject }, audit);
  },
});
