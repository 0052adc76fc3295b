import { route } from '../../route.ts';
import { describeNote, ownNoteSchema } from './schema.ts';

export const publishNote = route({
  method: 'post',
  path: '/notes/:noteId/publish',
  permission: 'portal.write',
  summary: 'Publish a note, so that the company’s client sees it; the first publication stands',
  answer: ownNoteSchema,
  handle: async ({ deps, found, audit }) => describeNote(await deps.stores.notes.publish(found.note.id, audit)),
});
