import { route } from '../../route.ts';
import { describe, receiptSchema } from './schema.ts';

export const getErasure = route({
  method: 'get',
  path: '/erasures/:erasureId',
  permission: 'erasure.read',
  summary: 'The receipt of an erasure: how far it is, and how many rows of each table',
  answer: receiptSchema,
  handle: ({ deps, found }) => describe(deps, found.erasure),
});
