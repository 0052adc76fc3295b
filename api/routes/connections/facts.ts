import { z } from 'zod';
import { idSchema, name } from '../../schemas.ts';

/** What people say of a connection. */
export const factsInput = z.strictObject({
  purpose: name(60).meta({ description: 'What the company uses it for, such as "customer messages".' }),
  label: name(),
  reason: name(280).meta({ description: 'Why the company wants it.' }),
  ownerUserId: idSchema('user').nullable().meta({ description: 'Who is told first when it breaks.' }),
});
