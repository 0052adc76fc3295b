import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { companySchema, describeCompany } from './schema.ts';

export const listCompanies = route({
  method: 'get',
  path: '/companies',
  permission: 'company.read',
  summary: 'List the companies that the caller knows: their own and those below it',
  query: z.strictObject(pageQuery),
  answer: pageOf(companySchema),
  async handle({ deps, caller, query }) {
    const own = caller.companyId && { companyId: caller.companyId };
    const { items, nextCursor } = await deps.stores.companies.list({ ...pageInput(query), ...own });
    return { items: items.map((company) => describeCompany(company, caller)), nextCursor };
  },
});
