import { isValidPhoneNumber } from 'libphonenumber-js';
import { z } from 'zod';
import type { Company } from '../../../db/app/stores/companies.ts';
import { roles } from '../../../domain/permissions.ts';
import type { Caller } from '../../locals.ts';
import { maskAddress } from '../../mask.ts';
import { moment, name } from '../../schemas.ts';

export const companySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    timeZone: z.string(),
    parentCompanyId: z.string().nullable().meta({ description: 'Null at the top, and for the caller’s own company.' }),
    createdAt: moment,
    closedAt: moment.nullable().meta({ description: 'Since when nothing can be added to it: it is being erased, or was.' }),
  })
  .meta({ id: 'Company' });

/** A franchise does not know what it stands under: that is told from the top down. */
export function describeCompany(company: Company, caller: Caller): Company {
  return company.id === caller.companyId ? { ...company, parentCompanyId: null } : company;
}

export const userSchema = z
  .object({
    id: z.string(),
    companyId: z.string().nullable(),
    name: z.string(),
    email: z.string(),
    phone: z
      .string()
      .transform(maskAddress)
      .pipe(z.string().meta({ description: 'Its last four digits.' }))
      .nullable(),
    role: z.enum(roles),
    createdAt: moment,
    disabledAt: moment.nullable().meta({ description: 'Since when neither their keys nor their tokens are taken.' }),
    tokenSubject: z.string().nullable().meta({ description: 'The `sub` of the tokens that speak for this person.' }),
  })
  .meta({ id: 'User' });

/** Twilio and the like take E.164 alone: a plus, the country, the number, nothing between. */
export const phone = z
  .string()
  .refine(
    (text) => /^\+\d{7,15}$/.test(text) && isValidPhoneNumber(text),
    'Must be a valid number in E.164, such as +14155550123.',
  );

export const personSchema = {
  name: name(),
  email: z.email().max(254),
  phone: phone.nullable().default(null).meta({ description: 'Where the person is told about incidents.' }),
};

/** Roles that a company's people and keys may have; the platform's own are made for the platform. */
export const companyRoles = roles.filter((role) => role !== 'platform_admin');

/** An IANA name that this Node knows: quiet hours and days are computed with it. */
export const timeZone = z.string().refine((zone) => {
  try {
    return Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}, 'Must be an IANA time zone, such as America/New_York.');
