import { z } from 'zod';
import { ownerName, type ProviderOwner } from '../../domain/records.ts';
import { callJson, type HubspotContext } from './client.ts';

/** https://developers.hubspot.com/docs/api-reference/latest/crm/owners/get-owners */
const ownersSchema = z.object({
  results: z.array(
    z.object({
      id: z.string().min(1).max(100),
      firstName: z.string().nullish(),
      lastName: z.string().nullish(),
      archived: z.boolean().nullish(),
    }),
  ),
  paging: z.object({ next: z.object({ after: z.string().max(100) }).optional() }).optional(),
});
const limit = 500;

/** Those who are archived are a list of their own: deals go on naming them. */
export async function owners(context: HubspotContext): Promise<ProviderOwner[]> {
  return [...(await read(context, false)), ...(await read(context, true))];
}

async function read(context: HubspotContext, archived: boolean): Promise<ProviderOwner[]> {
  const all: ProviderOwner[] = [];
  for (let after: string | undefined; ;) {
    const answer: z.infer<typeof ownersSchema> = await callJson(
      context,
      { path: '/crm/v3/owners', query: { limit, archived, after } },
      ownersSchema,
    );
    all.push(
      ...answer.results.map(({ id, firstName, lastName }) => ({
        externalId: id,
        name: ownerName(firstName, lastName),
        isActive: !archived,
      })),
    );
    const next = answer.paging?.next?.after;
    if (next === undefined || next === after) return all;
    after = next;
  }
}
