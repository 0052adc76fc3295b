import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { notFound } from '../../errors.ts';
import { route } from '../../route.ts';
import { day, idSchema, plainWords } from '../../schemas.ts';
import { noteSchema } from './schema.ts';

export const writeNote = route({
  method: 'post',
  path: '/companies/:companyId/portal/notes',
  permission: 'portal.write',
  summary: 'Write a note for the client: short, with its source, its dates and a business action',
  body: z
    .strictObject({
      connectionId: idSchema('conn').meta({ description: 'The connection that the note speaks of; its provider is the source.' }),
      body: plainWords(280),
      from: day,
      until: day,
      action: plainWords(200),
    })
    .refine(({ from, until }) => from <= until, { path: ['until'], message: 'Must not lie before "from".' }),
  status: 201,
  answer: noteSchema,
  idempotent: true,
  async handle({ deps, found, body, audit }) {
    const connection = await deps.stores.connections.find(body.connectionId);
    if (connection?.companyId !== found.company.id) throw notFound('connection', 'connectionId');
    return deps.stores.notes.create(
      { companyId: found.company.id, ...body, sourceLabel: getProvider(connection.providerKey).label },
      audit,
    );
  },
});
