import { z } from 'zod';
import { mayBeGranted } from '../../../domain/permissions.ts';
import { invalid, notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { idSchema, laterMoment, plainWords } from '../../schemas.ts';
import { grantSchema, permissionByGrant } from './schema.ts';

const daysMax = 30;

export const createGrant = route({
  method: 'post',
  path: '/companies/:companyId/grants',
  permission: 'grant.manage',
  summary: 'Give one person or key a permission that no role has, for a reason and a time',
  body: z.strictObject({
    holder: z
      .union([idSchema('user'), idSchema('key')])
      .meta({ description: 'A user or API key of the company or of the platform.' }),
    permission: permissionByGrant,
    reason: plainWords(280),
    expiresAt: laterMoment
      .refine((end) => end.getTime() <= Date.now() + daysMax * 86_400_000, `Must lie within ${daysMax} days.`)
      .meta({ description: `Within ${daysMax} days.` }),
  }),
  status: 201,
  answer: grantSchema,
  idempotent: true,
  async handle({ deps: { stores }, found, body, audit }) {
    const companyId = found.company.id;
    const holder = await (body.holder.startsWith('user_') ? stores.users : stores.apiKeys).find(body.holder);
    if (!holder || ![companyId, null].includes(holder.companyId)) throw notFound('user or API key', 'holder');
    if (!mayBeGranted(holder.role, body.permission))
      throw invalid([{ path: 'holder', message: `Has the role "${holder.role}", which cannot be given ${body.permission}.` }]);
    return stores.grants.create({ companyId, ...body }, audit);
  },
});
