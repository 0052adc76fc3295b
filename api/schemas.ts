import { z } from 'zod';
import { workflowSchema } from './links.ts';

/** Shapes that many routes share. */
export const idSchema = (prefix: string) =>
  z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{26}$`), `Must be an id that begins with ${prefix}_.`);

/** A moment: stores give `Date`, domain types ISO text; answers are ISO 8601 in UTC. */
export const moment = z
  .union([z.date(), z.string()])
  .transform((value) => new Date(value).toISOString())
  .pipe(z.iso.datetime());

/** A moment yet to come, given as ISO 8601 with its zone. */
export const laterMoment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((time) => time.getTime() > Date.now(), 'Must lie in the future.');

/** A yes or no in a query. */
export const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const day = z.iso.date();
export const name = (lengthMax = 120) => z.string().trim().min(1).max(lengthMax);

/** Text that ends up in workflow histories: business words, so nothing that looks like a phone number or a token. */
export const plainWords = (lengthMax: number) =>
  name(lengthMax)
    .refine((text) => !/\d[\d\s().-]{5,}\d/.test(text.replace(/\d{4}-\d{2}-\d{2}/g, '')), 'Must not hold a phone number.')
    .refine((text) => !/[A-Za-z0-9_-]{28,}/.test(text), 'Must not hold a token or a key.');

export const pageQuery = {
  cursor: z.string().min(1).max(100).optional().meta({ description: 'The `nextCursor` of the page before.' }),
  limit: z.coerce.number().int().min(1).max(100).default(25),
};
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

/** The stores' paging input without absent keys. */
export function pageInput<Query extends { cursor?: string | undefined; limit: number }>(query: Query) {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Query]: Exclude<Query[Key], undefined>;
  };
}

/** `accepted` or `already`; a refusal is a 409 with its reason. */
export const verdictSchema = z
  .object({
    verdict: z.enum(['accepted', 'already']),
    sentence: z.string().optional().meta({ description: 'Why there was nothing to do, when it was already so.' }),
    workflow: workflowSchema,
  })
  .meta({ id: 'CommandAnswer' });

const scalar = z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]);
/** A provider's settings as a form gives them, before the provider's own schema takes them; never deeper than a form. */
export const settingsInput = z.record(
  z.string().max(60),
  z.union([scalar, z.array(scalar).max(100), z.record(z.string().max(60), scalar)]),
);

export const credentialsSchema = z.strictObject({
  kind: z.string().min(1).max(40).meta({ description: 'One of the provider’s auth kinds.' }),
  values: z
    .record(z.string().max(60), z.string().max(4_000))
    .meta({ description: 'The fields of that kind’s form; write-only.' }),
});
