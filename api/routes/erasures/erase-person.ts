import { parsePhoneNumber } from 'libphonenumber-js';
import { z } from 'zod';
import { route } from '../../route.ts';
import { phone } from '../companies/schema.ts';
import { erasureReason, receiptSchema, start } from './schema.ts';

export const erasePerson = route({
  method: 'post',
  path: '/companies/:companyId/erase-person',
  permission: 'person.erase',
  summary: 'Erase one person, by phone number or e-mail address, from what the company has in both databases',
  body: z
    .strictObject({
      phone: phone.optional(),
      email: z.email().max(254).optional(),
      reason: erasureReason,
    })
    .refine(({ phone: number, email }) => number !== undefined || email !== undefined, {
      path: ['phone'],
      message: 'Give a phone number, an e-mail address, or both.',
    }),
  status: 202,
  answer: receiptSchema,
  refusals: [409],
  idempotent: true,
  async handle({ deps, found, body, audit }) {
    const number = body.phone && parsePhoneNumber(body.phone);
    const person = {
      ...(number && { phone: { e164: number.number, national: number.nationalNumber } }),
      ...(body.email && { email: body.email }),
    };
    return start(deps, await deps.stores.erasures.askPerson({ companyId: found.company.id, person, reason: body.reason }, audit));
  },
});
