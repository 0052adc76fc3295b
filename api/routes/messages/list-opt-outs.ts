import { z } from 'zod';
import { maskAddress } from '../../mask.ts';
import { route } from '../../route.ts';
import { moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';

const optOutSchema = z
  .object({
    address: z
      .string()
      .meta({ description: 'Its last four digits, or `erased`: the word stays in force, the number is not kept.' }),
    state: z.enum(['out', 'in']),
    source: z.string(),
    at: moment,
  })
  .meta({ id: 'OptOut' });

export const listOptOuts = route({
  method: 'get',
  path: '/connections/:connectionId/opt-outs',
  permission: 'message.read',
  summary: 'Who asked for no messages, or for messages again',
  query: z.strictObject(pageQuery),
  answer: pageOf(optOutSchema),
  async handle({ deps, found, query }) {
    const { items, nextCursor } = await deps.stores.optOuts.list({ connectionId: found.connection.id, ...pageInput(query) });
    return { items: items.map((optOut) => ({ ...optOut, address: maskAddress(optOut.address) })), nextCursor };
  },
});
