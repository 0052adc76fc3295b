import { z } from 'zod';
import { canonicalObjects } from '../domain/records.ts';
import { checkMapping, type MappingSet } from '../domain/mapping.ts';
import { getProvider } from '../providers/registry.ts';
import { invalid } from './errors.ts';

const transform = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text') }),
  z.strictObject({ kind: z.literal('integer') }),
  z.strictObject({ kind: z.literal('decimal'), absolute: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('timestamp') }),
  z.strictObject({ kind: z.literal('day') }),
  z.strictObject({ kind: z.literal('enum'), values: z.record(z.string().max(100), z.string().max(100)) }),
]);
const path = z.string().regex(/^[\w-]{1,60}(\.[\w-]{1,60}){0,9}$/, 'Must be a dotted path, such as subresource_uris.media.');

export const mappingInputSchema = z
  .strictObject({
    object: z.enum(canonicalObjects),
    externalId: path,
    sourceUpdatedAt: path,
    companyField: z
      .strictObject({
        source: path,
        sourceWhenInbound: path
          .optional()
          .meta({ description: 'For received messages: `to`, for example, where `source` is `from`.' }),
      })
      .optional()
      .meta({
        description:
          'On a connection that franchises feed: where a record names its franchise, by a value that the connection’s franchise keys translate.',
      }),
    fields: z.array(z.strictObject({ target: z.string().max(60), source: path, transform, required: z.boolean() })).max(100),
  })
  .meta({ id: 'Mapping' });

type MappingInput = z.output<typeof mappingInputSchema>;

/** 400 with the path of everything that is wrong, before a single record runs through it. */
export function checkMappings(providerKey: string, mappings: MappingInput[], at = (index: number) => `mappings.${index}`) {
  const objects = Object.values(getProvider(providerKey).streams).map(({ object }) => object);
  const checked = mappings as Omit<MappingSet, 'version'>[];
  const issues = checked.flatMap((mapping, index) => {
    const own = checkMapping(mapping);
    if (!objects.includes(mapping.object)) own.push({ path: 'object', message: 'No stream of this provider gives it.' });
    if (checked.findIndex(({ object }) => object === mapping.object) < index)
      own.push({ path: 'object', message: 'Is mapped twice.' });
    return own.map(({ path: field, message }) => ({ path: `${at(index)}.${field}`, message }));
  });
  if (issues.length > 0) throw invalid(issues);
  return checked;
}
