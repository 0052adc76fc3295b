import { z } from 'zod';
import { mappingName } from '../../../domain/mapping.ts';
import { maskOutcome, type Outcome } from '../../../domain/mapping-preview.ts';
import { notFound } from '../../errors.ts';
import { isGranted } from '../../grants.ts';
import { previewDraft } from '../../preview-draft.ts';
import { route } from '../../route.ts';
import { asMapping, directionQuery, mappingContentSchema } from './schema.ts';
import { tellFetch, tellReading } from './tell-preview.ts';

const issueSchema = z.object({ path: z.string(), message: z.string() });
export const outcomeSchema = z.union([
  z.object({ fields: z.record(z.string(), z.union([z.string(), z.number(), z.null()])) }),
  z.object({ issues: z.array(issueSchema) }),
]);

export const previewSchema = z
  .object({
    object: z.string(),
    revision: z.number().nullable().meta({ description: 'Of the draft; null: of what was sent along.' }),
    publishedVersion: z.number().nullable(),
    values: z.enum(['shown', 'masked']).meta({ description: 'Shown to whom payload.read was granted; masked otherwise.' }),
    records: z.array(
      z.object({
        eventId: z.string(),
        externalId: z.string().nullable(),
        before: outcomeSchema.nullable(),
        after: outcomeSchema,
        changed: z.array(z.string()).meta({ description: 'Fields whose value the draft changes.' }),
      }),
    ),
    coverage: z
      .array(z.object({ field: z.string(), before: z.number().nullable(), after: z.number() }))
      .meta({ description: 'In how many of the records each field has a value.' }),
    errors: z.array(issueSchema.extend({ records: z.number() })).meta({ description: 'What the draft cannot map, by field.' }),
  })
  .meta({ id: 'MappingPreview' });

export const previewMapping = route({
  method: 'post',
  path: '/connections/:connectionId/mappings/:objectKey/draft/preview',
  permission: 'mapping.write',
  summary:
    'Try the draft, or what is not saved yet, on up to 50 records, beside the mapping in force; who sees values is audited',
  query: directionQuery,
  body: z.strictObject({
    sample: z
      .enum(['stored', 'fetched'])
      .meta({ description: '`stored`: raw records that are kept as events. `fetched`: asks the provider now.' }),
    mapping: mappingContentSchema.optional().meta({ description: 'Tried in place of the draft; nothing is saved.' }),
  }),
  answer: previewSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection, object }, query: { direction }, body: { sample, mapping: unsaved }, caller, audit }) {
    const draft = unsaved
      ? null
      : await deps.stores.mappingDrafts.find({
          connectionId: connection.id,
          object: mappingName({ object, direction }),
        });
    const mapping = unsaved ? asMapping(object, direction, unsaved) : draft?.mapping;
    if (!mapping) throw notFound('draft');
    const revision = draft?.revision ?? null;
    if (sample === 'fetched') await tellFetch(deps, connection, object, audit);
    const { publishedVersion, preview } = await previewDraft(deps, connection, mapping, sample);
    const isShown = await isGranted(deps, caller, 'payload.read', connection.companyId);
    // First the row, then the answer: what cannot be audited is not shown. Without a value it is no more than a look.
    if (isShown) await tellReading(deps, connection, { object, records: preview.records }, audit);
    const show = (outcome: Outcome) => (isShown ? outcome : maskOutcome(outcome)) as z.input<typeof outcomeSchema>;
    const records = preview.records.map((record) => ({
      ...record,
      before: record.before && show(record.before),
      after: show(record.after),
    }));
    const values = isShown ? ('shown' as const) : ('masked' as const);
    return { ...preview, object, revision, publishedVersion, values, records };
  },
});
