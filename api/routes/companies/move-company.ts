import { z } from 'zod';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { idSchema } from '../../schemas.ts';
import { companySchema } from './schema.ts';

export const moveCompany = route({
  method: 'post',
  path: '/companies/:companyId/move',
  permission: 'company.move',
  summary: 'Put a company, with everything below it, under another one or at the top',
  body: z.strictObject({ parentCompanyId: idSchema('comp').nullable() }),
  answer: companySchema,
  refusals: [409],
  async handle({ deps, found, body: { parentCompanyId }, audit }) {
    if (parentCompanyId && !(await deps.stores.companies.find(parentCompanyId))) throw notFound('company', 'parentCompanyId');
    return deps.stores.companies.move(found.company.id, parentCompanyId, audit);
  },
});
