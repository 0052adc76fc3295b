import { z } from 'zod';
import { mappingName } from '../../../domain/mapping.ts';
import { invalid, notFound } from '../../errors.ts';
import { mappingIssues } from '../../mapping-input.ts';
import { mendsOf } from '../../mends.ts';
import { route } from '../../route.ts';
import { directionQuery, publishedSchema } from './schema.ts';

export const rollBackMapping = route({
  method: 'post',
  path: '/connections/:connectionId/mappings/:objectKey/roll-back',
  permission: 'mapping.write',
  summary: 'Publish what an earlier version says as the next version; the versions in between stay',
  query: directionQuery,
  body: z.strictObject({ toVersion: z.number().int().min(1) }),
  answer: publishedSchema,
  async handle({ deps, found: { connection, object }, query: { direction }, body: { toVersion }, audit }) {
    const to = await deps.stores.mappings.find(connection.id, mappingName({ object, direction }), toVersion);
    if (!to) throw notFound('version', 'toVersion');
    // What was sound by the rules of its time may not be so by today's.
    const issues = mappingIssues(connection.providerKey, to);
    if (issues.length > 0) throw invalid(issues.map(({ path, message }) => ({ path: `mapping.${path}`, message })));
    const published = await deps.stores.mappings.rollBack({ connectionId: connection.id, to }, audit);
    return { ...published, mends: await mendsOf(deps, connection, published) };
  },
});
