import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { noteSchema } from './schema.ts';

export const listNotes = route({
  method: 'get',
  path: '/companies/:companyId/portal/notes',
  permission: 'portal.read',
  summary: 'The company’s notes, as its client sees them; newest first',
  query: z.strictObject(pageQuery),
  answer: pageOf(noteSchema),
  handle: ({ deps, found, query }) =>
    deps.stores.notes.list({ companyId: found.company.id, state: 'published', ...pageInput(query) }),
});
