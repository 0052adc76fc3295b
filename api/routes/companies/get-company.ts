import { route } from '../../route.ts';
import { companySchema, describeCompany } from './schema.ts';

export const getCompany = route({
  method: 'get',
  path: '/companies/:companyId',
  permission: 'company.read',
  summary: 'One company',
  answer: companySchema,
  handle: async ({ found, caller }) => describeCompany(found.company, caller),
});
