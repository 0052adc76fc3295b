import { checkMappings, mappingInputSchema } from '../../mapping-input.ts';
import { mendsOf } from '../../mends.ts';
import { route } from '../../route.ts';
import { publishedSchema } from './schema.ts';

export const publishMapping = route({
  method: 'post',
  path: '/connections/:connectionId/mappings',
  permission: 'mapping.write',
  summary: 'Publish a mapping as the next version; one that equals the current version changes nothing',
  body: mappingInputSchema,
  status: 201,
  answer: publishedSchema,
  idempotent: true,
  async handle({ deps, found: { connection }, body, audit }) {
    const [mapping] = checkMappings(connection.providerKey, [body], () => 'mapping');
    const published = await deps.stores.mappings.publish({ connectionId: connection.id, mapping: mapping! }, audit);
    return { ...published, mends: await mendsOf(deps, connection, published) };
  },
});
