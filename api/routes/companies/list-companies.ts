import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { companySchema } from './schema.ts';

export const listCompanies = route({
  method: 'get',
  path: '/companies',
  permission: 'company.read',
  summary: 'List the companies that the key reaches',
  query: z.strictObject(pageQuery),
  answer: pageOf(companySchema),
  handle: ({ deps, caller, query }) =>
    deps.stores.companies.list({ ...pageInput(query), ...(caller.companyId && { companyId: caller.companyId }) }),
});
