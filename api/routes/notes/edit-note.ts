import { z } from 'zod';
import { noteLengthMax } from '../../../domain/note.ts';
import { route } from '../../route.ts';
import { plainWords } from '../../schemas.ts';
import { describeNote, ownNoteSchema } from './schema.ts';

export const editNote = route({
  method: 'patch',
  path: '/notes/:noteId',
  permission: 'portal.write',
  summary: 'Change the words of a draft',
  body: z.strictObject({
    body: plainWords(noteLengthMax),
    was: z
      .string()
      .max(noteLengthMax * 2)
      .optional()
      .meta({ description: 'The words that were changed: 409 when they are others by now.' }),
  }),
  answer: ownNoteSchema,
  refusals: [409],
  handle: async ({ deps, found, body, audit }) => describeNote(await deps.stores.notes.edit(found.note.id, body, audit)),
});
