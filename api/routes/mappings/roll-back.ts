import { z } from 'zod';
import { invalid, notFound } from '../../errors.ts';
import { mappingIssues } from '../../mapping-input.ts';
import { route } from '../../route.ts';
import { mappingSchema } from './schema.ts';

export const rollBackMapping = route({
  method: 'post',
  path: '/connections/:connectionId/mappings/:objectKey/roll-back',
  permission: 'mapping.write',
  summary: 'Publish what an earlier version says as the next version; the versions in between stay',
  body: z.strictObject({ toVersion: z.number().int().min(1) }),
  answer: mappingSchema,
  async handle({ deps, found: { connection, object }, body: { toVersion }, audit }) {
    const to = await deps.stores.mappings.find(connection.id, object, toVersion);
    if (!to) throw notFound('version', 'toVersion');
    // What was sound by the rules of its time may not be so by today's.
    const issues = mappingIssues(connection.providerKey, to);
    if (issues.length > 0) throw invalid(issues.map(({ path, message }) => ({ path: `mapping.${path}`, message })));
    return deps.stores.mappings.rollBack({ connectionId: connection.id, to }, audit);
  },
});
