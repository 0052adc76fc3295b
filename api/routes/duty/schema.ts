import { z } from 'zod';
import { onDuty, type DutyMember } from '../../../domain/duty.ts';
import type { Deps } from '../../deps.ts';
import { invalid } from '../../errors.ts';
import { idSchema } from '../../schemas.ts';
import { timeZone } from '../companies/schema.ts';

export const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Must be a local time HH:MM.');

const shift = z.strictObject({
  days: z.array(z.number().int().min(1).max(7)).min(1).max(7).meta({ description: 'On which it begins: 1 is Monday, 7 Sunday.' }),
  from: localTime,
  to: localTime.meta({ description: 'Not later than `from`: on the day after.' }),
});
const member = z.strictObject({
  userId: idSchema('user'),
  timeZone: timeZone.meta({ description: 'Of the shifts: an IANA name.' }),
  shifts: z.array(shift).max(50).meta({ description: 'Weekly. None: on duty always, behind the others.' }),
});

export const rosterBody = z.strictObject({
  members: z.array(member).max(100).meta({ description: 'In order: the first on duty who can be reached is told.' }),
});

export const rosterSchema = z
  .object({
    members: z.array(member),
    onDuty: z.array(z.string()).meta({ description: 'The ids of those on duty now, in order.' }),
  })
  .meta({ id: 'DutyRoster' });

export async function describeRoster({ stores }: Deps, companyId: string | null): Promise<z.input<typeof rosterSchema>> {
  const members = await stores.duty.members(companyId);
  return { members, onDuty: onDuty(members, Date.now()).map(({ userId }) => userId) };
}

/** A roster names people of its own company alone, each once. */
export async function checkMembers({ stores }: Deps, companyId: string | null, members: DutyMember[]): Promise<void> {
  const faults: { path: string; message: string }[] = [];
  for (const [index, { userId }] of members.entries()) {
    const path = `members.${index}.userId`;
    const user = await stores.users.find(userId);
    if (!user || user.companyId !== companyId) faults.push({ path, message: 'Is not a person of this company.' });
    else if (user.disabledAt) faults.push({ path, message: 'Is disabled: enable this person, or name another.' });
    if (members.findIndex((other) => other.userId === userId) < index)
      faults.push({ path, message: 'Stands in the roster already.' });
  }
  if (faults.length > 0) throw invalid(faults);
}
