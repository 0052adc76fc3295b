import { checkMappings, mappingInputSchema } from '../../mapping-input.ts';
import { route } from '../../route.ts';
import { mappingSchema } from './schema.ts';

export const publishMapping = route({
  method: 'post',
  path: '/connections/:connectionId/mappings',
  permission: 'mapping.write',
  summary: 'Publish a mapping as the next version; one that equals the current version changes nothing',
  body: mappingInputSchema,
  status: 201,
  answer: mappingSchema,
  idempotent: true,
  async handle({ deps, found: { connection }, body, audit }) {
    const [mapping] = checkMappings(connection.providerKey, [body], () => 'mapping');
    return deps.stores.mappings.publish({ connectionId: connection.id, mapping: mapping! }, audit);
  },
});
