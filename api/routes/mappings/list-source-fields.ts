import { z } from 'zod';
import { mappedPaths } from '../../../domain/source-fields.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import { route } from '../../route.ts';
import { moment } from '../../schemas.ts';

const sourceFieldSchema = z
  .object({
    object: z.string(),
    path: z.string(),
    type: z.enum(['text', 'number', 'boolean', 'list', 'object', 'empty', 'mixed']),
    state: z
      .enum(['present', 'vanished', 'changed'])
      .meta({ description: '`vanished`: absent in every record of a whole run. `changed`: of another type than it was.' }),
    typeBefore: z.string().nullable(),
    firstSeenAt: moment,
    lastSeenAt: moment,
    mappedTo: z.string().nullable().meta({ description: 'What the mapping in force makes of it; null: it is on offer.' }),
  })
  .meta({ id: 'SourceField' });

export const listSourceFields = route({
  method: 'get',
  path: '/connections/:connectionId/source-fields',
  permission: 'mapping.read',
  summary: 'The fields of the provider’s records, as syncs have seen them: their type, and whether they are mapped',
  answer: z.object({ items: z.array(sourceFieldSchema) }),
  async handle({ deps: { stores }, found: { connection } }) {
    const fields = await stores.sourceFields.list(connection.id);
    const mapped = new Map<CanonicalObject, Map<string, string>>();
    for (const object of new Set(fields.map((field) => field.object))) {
      const mapping = await stores.mappings.current(connection.id, object);
      if (mapping) mapped.set(object, mappedPaths(mapping));
    }
    return { items: fields.map((field) => ({ ...field, mappedTo: mapped.get(field.object)?.get(field.path) ?? null })) };
  },
});
