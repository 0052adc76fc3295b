import { z } from 'zod';
import type { Connection } from '../db/app/stores/connections.ts';
import { canonicalObjects } from '../domain/records.ts';
import { missingSources } from '../domain/source-fields.ts';
import { mappingName, type MappingIssue, type MappingSet } from '../domain/mapping.ts';
import { checkOutMapping } from '../domain/out-mapping.ts';
import { checkMappingSet } from '../mapping/check.ts';
import { getProvider, writesOf } from '../providers/registry.ts';
import type { Deps } from './deps.ts';
import { invalid } from './errors.ts';

const path = z.string().regex(/^[\w-]{1,60}(\.[\w-]{1,60}){0,9}$/, 'Must be a dotted path, such as subresource_uris.media.');
const word = z.string().max(100);

const numberFormat = {
  absolute: z.boolean().optional(),
  decimalComma: z.boolean().optional().meta({ description: '`1,5` is one and a half.' }),
  thousands: z.boolean().optional().meta({ description: 'Digits may stand in groups of three.' }),
};
const timeFormat = {
  zone: z.string().max(60).optional().meta({ description: 'IANA name: where a time that says no offset was written.' }),
  epoch: z.enum(['s', 'ms']).optional().meta({ description: 'What a number counts since 1970.' }),
};
const transform = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('text'), trim: z.boolean().optional(), case: z.enum(['lower', 'upper']).optional() }),
  z.strictObject({ kind: z.literal('integer') }),
  z.strictObject({ kind: z.literal('decimal'), ...numberFormat }),
  z.strictObject({
    kind: z.literal('money'),
    currency: z
      .strictObject({
        source: path.optional(),
        fixed: z.string().length(3, 'Must be the three letters of a currency, such as EUR.').optional(),
      })
      .meta({ description: 'Also fills `currency`: from `source`, and with `fixed` where that is empty or left out.' }),
    ...numberFormat,
  }),
  z.strictObject({ kind: z.literal('timestamp'), ...timeFormat }),
  z.strictObject({ kind: z.literal('day'), ...timeFormat }),
  z.strictObject({
    kind: z.literal('phone'),
    country: z.string().length(2, 'Must be the two letters of a country, such as DE.').optional(),
  }),
  z.strictObject({ kind: z.literal('enum'), values: z.record(word, word), default: word.optional() }),
]);
const source = z
  .union([
    path,
    z.strictObject({
      paths: z.array(path).min(2, 'Must be at least two paths.').max(10, 'Must be at most ten paths.'),
      separator: z.string().max(10),
    }),
    z.strictObject({ expression: z.string().trim().min(1).max(2_000) }),
  ])
  .meta({ description: 'A dotted path, several in a row, or a JSONata expression.' });
const fieldMapping = z.strictObject({
  target: z.string().max(60),
  source,
  transform,
  required: z.boolean(),
  default: z.string().min(1).max(255).optional().meta({ description: 'In our words, where the source is empty.' }),
});

export const directionSchema = z
  .enum(['in', 'out'])
  .meta({ description: '`in`, the usual: from the provider’s records to ours. `out`: from our fields to the provider’s.' });

export const mappingInputSchema = z
  .strictObject({
    object: z.enum(canonicalObjects),
    direction: directionSchema.optional(),
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
    fields: z.array(fieldMapping).max(100),
  })
  .meta({ id: 'Mapping' });

type MappingInput = z.output<typeof mappingInputSchema>;

/** 400 with the path of everything that is wrong, before a single record runs through it. */
export function checkMappings(providerKey: string, mappings: MappingInput[], at = (index: number) => `mappings.${index}`) {
  const checked = mappings.map(toMapping);
  const issues = checked.flatMap((mapping, index) => {
    const own = mappingIssues(providerKey, mapping);
    if (checked.findIndex((other) => mappingName(other) === mappingName(mapping)) < index)
      own.push({ path: 'object', message: 'Is mapped twice.' });
    return own.map(({ path: place, message }) => ({ path: `${at(index)}.${place}`, message }));
  });
  if (issues.length > 0) throw invalid(issues);
  return checked;
}

/** `in` is what a mapping is that says nothing of its direction. */
function toMapping({ direction, ...mapping }: MappingInput): Omit<MappingSet, 'version'> {
  return { ...mapping, ...(direction === 'out' && { direction }) } as Omit<MappingSet, 'version'>;
}

/** All that keeps a mapping from being published. */
export function mappingIssues(providerKey: string, mapping: Omit<MappingSet, 'version'>): MappingIssue[] {
  if (mapping.direction === 'out') return checkOutMapping(mapping, writesOf(providerKey, mapping.object)?.fields ?? null);
  const issues = checkMappingSet(mapping);
  const objects = Object.values(getProvider(providerKey).streams).map(({ object }) => object);
  if (!objects.includes(mapping.object)) issues.push({ path: 'object', message: 'No stream of this provider gives it.' });
  return issues;
}

/** The same for a draft, with what is known of the provider's records. */
export async function draftIssues(
  { stores }: Pick<Deps, 'stores'>,
  connection: Pick<Connection, 'id' | 'providerKey'>,
  mapping: Omit<MappingSet, 'version'>,
): Promise<MappingIssue[]> {
  if (mapping.direction === 'out') return mappingIssues(connection.providerKey, mapping);
  const fields = await stores.sourceFields.list(connection.id);
  const known = fields.filter(({ object }) => object === mapping.object);
  return [...mappingIssues(connection.providerKey, mapping), ...missingSources(mapping, known)];
}
