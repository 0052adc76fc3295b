import { z } from 'zod';
import { invalid } from '../../errors.ts';
import { retryWaiting } from '../../retry-waiting.ts';
import { route } from '../../route.ts';
import { idSchema } from '../../schemas.ts';
import { changedKeySchema } from './schema.ts';

const key = z.strictObject({
  value: z
    .string()
    .min(1)
    .max(255)
    .refine((text) => text === text.trim(), 'Must not begin or end with a space.'),
  companyId: idSchema('comp').nullable().meta({ description: 'Null takes the key away.' }),
});

export const changeFranchiseKeys = route({
  method: 'patch',
  path: '/connections/:connectionId/franchise-keys',
  permission: 'mapping.write',
  summary: 'Say which value names which franchise; records that are stored already stay whose they are',
  body: z.strictObject({ keys: z.array(key).min(1).max(200) }),
  answer: z.object({
    changed: z.array(changedKeySchema),
    retried: z
      .number()
      .meta({ description: 'How much of what waited in the error queue for these keys is applied now; at most 5,000.' }),
    mends: z
      .number()
      .meta({ description: 'How many open items of the error queue wait for these keys, and are mended by them.' }),
    sentence: z.string().meta({ description: 'What becomes of the records that came before.' }),
  }),
  async handle({ deps, found: { connection }, body: { keys }, audit }) {
    const named = [...new Set(keys.flatMap(({ companyId }) => companyId ?? []))];
    const franchises = await deps.stores.companies.amongBelow(connection.companyId, named);
    const issues = keys.flatMap(({ value, companyId }, index) => [
      ...(companyId !== null && !franchises.has(companyId) ? [{ path: `keys.${index}.companyId`, message: notBelow }] : []),
      ...(keys.findIndex((other) => other.value === value) < index ? [{ path: `keys.${index}.value`, message: twice }] : []),
    ]);
    if (issues.length > 0) throw invalid(issues);
    const changed = await deps.stores.franchiseKeys.change({ connectionId: connection.id, keys }, audit);
    const given = keys.filter(({ companyId }) => companyId !== null).map(({ value }) => value);
    const { retried, mends } = await retryWaiting(deps, connection, given, audit);
    return { changed, retried, mends, sentence };
  },
});

/** The same for a company that does not exist: nobody can probe for ids. */
const notBelow = 'Is neither the connection’s company nor one of its franchises.';
const twice = 'Is given twice.';
const sentence =
  'Records that are stored already stay with their company. What waited in the error queue for a key that was given is retried.';
