import { z } from 'zod';
import { invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { erasureReason, receiptSchema, start } from './schema.ts';

export const eraseCompany = route({
  method: 'post',
  path: '/companies/:companyId/erase',
  permission: 'company.erase',
  summary: 'Erase a company in both databases, for good: it is closed at once, and the receipt counts what went',
  body: z.strictObject({
    name: z.string().max(200).meta({ description: 'The company’s name, so that no other one is erased by a slip.' }),
    reason: erasureReason,
  }),
  status: 202,
  answer: receiptSchema,
  refusals: [409],
  async handle({ deps, found: { company }, body: { name, reason }, audit }) {
    if (name !== company.name) throw invalid([{ path: 'name', message: 'Is not the name of this company.' }]);
    return start(deps, await deps.stores.erasures.askCompany({ companyId: company.id, reason }, audit));
  },
});
