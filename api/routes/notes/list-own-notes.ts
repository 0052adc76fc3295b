import { z } from 'zod';
import { route } from '../../route.ts';
import { pageInput, pageOf, pageQuery } from '../../schemas.ts';
import { describeNote, ownNoteSchema } from './schema.ts';

export const listOwnNotes = route({
  method: 'get',
  path: '/companies/:companyId/notes',
  permission: 'report.read',
  summary: 'The company’s notes, drafts too; newest first',
  query: z.strictObject({ ...pageQuery, publication: z.enum(['draft', 'published']).optional() }),
  answer: pageOf(ownNoteSchema),
  async handle({ deps, found, query: { publication, ...query } }) {
    const page = await deps.stores.notes.list({ companyId: found.company.id, state: publication, ...pageInput(query) });
    return { ...page, items: page.items.map(describeNote) };
  },
});
