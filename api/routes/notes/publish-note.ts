import { z } from 'zod';
import { noteLengthMax } from '../../../domain/note.ts';
import { route } from '../../route.ts';
import { describeNote, ownNoteSchema } from './schema.ts';

export const publishNote = route({
  method: 'post',
  path: '/notes/:noteId/publish',
  permission: 'portal.write',
  summary: 'Publish a note, so that the company’s client sees it; the first publication stands',
  body: z.strictObject({
    was: z
      .string()
      .max(noteLengthMax * 2)
      .optional()
      .meta({ description: 'The words that were looked at: 409 when they are others by now.' }),
  }),
  answer: ownNoteSchema,
  refusals: [409],
  handle: async ({ deps, found, body, audit }) => describeNote(await deps.stores.notes.publish(found.note.id, audit, body)),
});
