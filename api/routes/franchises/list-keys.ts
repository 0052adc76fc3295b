import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { franchiseKeySchema } from './schema.ts';
import { z } from 'zod';

export const listFranchiseKeys = route({
  method: 'get',
  path: '/connections/:connectionId/franchise-keys',
  permission: 'mapping.read',
  summary: 'Which value names which franchise on a connection that several feed; newest first',
  query: z.strictObject(pageQuery),
  answer: pageOf(franchiseKeySchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.franchiseKeys.list({
      connectionId: found.connection.id,
      ...pageInput(query),
    });
    const shown = forEyesOf(caller);
    // Often a number that the franchise writes from.
    return { items: items.map((key) => ({ ...key, value: shown(key.value) })), nextCursor };
  },
});
