import { z } from 'zod';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { idSchema, name } from '../../schemas.ts';
import { companySchema, timeZone } from './schema.ts';

export const createCompany = route({
  method: 'post',
  path: '/companies',
  permission: 'company.create',
  summary: 'Create a company',
  body: z.strictObject({ name: name(), timeZone, parentCompanyId: idSchema('comp').nullable().default(null) }),
  status: 201,
  answer: companySchema,
  idempotent: true,
  async handle({ deps, body, audit }) {
    if (body.parentCompanyId && !(await deps.stores.companies.find(body.parentCompanyId)))
      throw notFound('company', 'parentCompanyId');
    return deps.stores.companies.create(body, audit);
  },
});
