import { z } from 'zod';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { MappingDraft } from '../../../db/app/stores/mapping-drafts.ts';
import type { MappingDirection, MappingSet } from '../../../domain/mapping.ts';
import type { CanonicalObject } from '../../../domain/records.ts';
import type { Deps } from '../../deps.ts';
import { directionSchema, draftIssues, mappingInputSchema } from '../../mapping-input.ts';
import { mendsSchema } from '../../mends.ts';
import { moment } from '../../schemas.ts';

export const mappingSchema = mappingInputSchema.extend({ version: z.number() }).meta({ id: 'MappingVersion' });

/** A version that came into force just now. */
export const publishedSchema = mappingSchema.extend({ mends: mendsSchema }).meta({ id: 'PublishedMapping' });

export const mappingRowSchema = z
  .object({
    object: z.string(),
    direction: directionSchema,
    version: z.number(),
    state: z.enum(['draft', 'published']),
    publishedBy: z.string().nullable(),
    publishedAt: moment.nullable(),
    mapping: mappingSchema,
  })
  .meta({ id: 'MappingRow' });

/** The object stands in the path, the direction in the query. */
export const mappingContentSchema = mappingInputSchema.omit({ object: true, direction: true }).meta({ id: 'MappingContent' });

/** `in` is what a mapping is that says nothing of its direction. */
export const asMapping = (object: CanonicalObject, direction: MappingDirection, content: z.output<typeof mappingContentSchema>) =>
  ({ ...content, object, ...(direction === 'out' && { direction }) }) as Omit<MappingSet, 'version'>;

export const directionQuery = z.strictObject({ direction: directionSchema.default('in') });

export const revisionSchema = z.number().int().min(1);

export const draftSchema = z
  .object({
    object: z.string(),
    revision: revisionSchema.meta({ description: 'Whoever changes or publishes the draft names the one they saw.' }),
    savedBy: z.string(),
    savedAt: moment,
    mapping: mappingContentSchema,
    issues: z
      .array(z.object({ path: z.string(), message: z.string() }))
      .meta({ description: 'What keeps it from being published; empty when it may be.' }),
  })
  .meta({ id: 'MappingDraft' });

export async function describeDraft(
  deps: Deps,
  connection: Connection,
  object: CanonicalObject,
  draft: MappingDraft,
): Promise<z.input<typeof draftSchema>> {
  const { object: _, direction: __, ...content } = draft.mapping;
  const mapping = content as z.input<typeof mappingContentSchema>;
  return { ...draft, object, mapping, issues: await draftIssues(deps, connection, draft.mapping) };
}
