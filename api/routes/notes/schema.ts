import { z } from 'zod';
import { metricKeys } from '../../../domain/metrics.ts';
import type { PortalNote } from '../../../db/app/stores/notes.ts';
import { day, moment } from '../../schemas.ts';

/** A note as its writers see it, drafts too. */
export const ownNoteSchema = z
  .object({
    id: z.string(),
    body: z.string(),
    sourceLabel: z.string(),
    from: day,
    until: day,
    action: z.string(),
    activityId: z.string().nullable(),
    automationRunId: z.string().nullable(),
    publication: z.enum(['draft', 'published']),
    metricKey: z.enum(metricKeys).nullable().meta({ description: 'The metric whose rule wrote it; null when a person did.' }),
    editedBy: z.string().nullable(),
    publishedBy: z.string().nullable(),
    publishedAt: moment.nullable(),
    createdAt: moment,
  })
  .meta({ id: 'OwnNote' });

export const describeNote = ({ state, ...note }: PortalNote): z.input<typeof ownNoteSchema> => ({
  ...note,
  publication: state,
});
