import { z } from 'zod';
import { route } from '../../route.ts';
import { name } from '../../schemas.ts';
import { companySchema, timeZone } from './schema.ts';

export const createFranchise = route({
  method: 'post',
  path: '/companies/:companyId/franchises',
  permission: 'franchise.create',
  summary: 'Create a company under this one; a platform admin hands its first key out',
  body: z.strictObject({ name: name(), timeZone }),
  status: 201,
  answer: companySchema,
  idempotent: true,
  handle: ({ deps, found, body, audit }) => deps.stores.companies.create({ ...body, parentCompanyId: found.company.id }, audit),
});
