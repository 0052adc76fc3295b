import { z } from 'zod';
import { canonicalFields } from '../../../domain/mapping.ts';
import { usualOutMapping } from '../../../domain/out-mapping.ts';
import type { Stream } from '../../../providers/contract.ts';
import { getProvider } from '../../../providers/registry.ts';
import { route } from '../../route.ts';
import { mappingContentSchema, mappingRowSchema } from './schema.ts';

const readsSchema = z
  .object({
    object: z.string(),
    label: z.string().meta({ description: 'What the provider’s records are.' }),
    fields: z.array(
      z.object({
        name: z.string(),
        kind: z.string(),
        required: z.boolean(),
        values: z.array(z.string()).nullable().meta({ description: 'Our words, where it takes only these.' }),
      }),
    ),
    mapping: mappingContentSchema.meta({ description: 'The provider’s own, which counts where nobody publishes another.' }),
  })
  .meta({ id: 'MappingReads' });

const writesSchema = z
  .object({
    object: z.string(),
    fields: z.array(z.object({ name: z.string(), kind: z.string(), clearable: z.boolean() })),
    mapping: mappingContentSchema.meta({ description: 'What is written as long as no version of direction `out` is published.' }),
  })
  .meta({ id: 'MappingWrites' });

export const listMappings = route({
  method: 'get',
  path: '/connections/:connectionId/mappings',
  permission: 'mapping.read',
  summary: 'Every version of the connection’s mappings, newest first; what it may fill, and what the provider lets be written',
  answer: z.object({ items: z.array(mappingRowSchema), reads: z.array(readsSchema), writes: z.array(writesSchema) }),
  async handle({ deps: { stores }, found: { connection } }) {
    const items = await stores.mappings.list(connection.id);
    const reads: z.input<typeof readsSchema>[] = [];
    const writes: z.input<typeof writesSchema>[] = [];
    for (const stream of Object.values(getProvider(connection.providerKey).streams)) {
      reads.push(readsOf(stream));
      if (!stream.writes) continue;
      const { fields, mapping } = stream.writes;
      const {
        object: _,
        direction: __,
        ...usual
      } = usualOutMapping(mapping, await stores.mappings.current(connection.id, stream.object));
      writes.push({
        object: stream.object,
        fields: Object.entries(fields).map(([name, { kind, clearable }]) => ({ name, kind, clearable })),
        mapping: usual,
      });
    }
    return { items, reads, writes };
  },
});

function readsOf({ object, label, mapping }: Pick<Stream, 'object' | 'label' | 'mapping'>): z.input<typeof readsSchema> {
  const { object: _, ...content } = mapping;
  const fields = Object.entries(canonicalFields[object]).map(([name, { kind, required, values }]) => ({
    name,
    kind,
    required,
    values: values ? [...values] : null,
  }));
  return { object, label, fields, mapping: content };
}
