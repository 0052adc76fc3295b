import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { route } from '../../route.ts';
import { moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';

const runErrorSchema = z
  .object({
    id: z.string(),
    runId: z.string(),
    externalId: z.string().nullable(),
    code: z.enum(failureCodes),
    sentence: z.string(),
    at: moment,
  })
  .meta({ id: 'SyncError' });

export const listRunErrors = route({
  method: 'get',
  path: '/runs/:runId/errors',
  permission: 'failure.read',
  summary: 'The records and pages of a run that failed',
  query: z.strictObject(pageQuery),
  answer: pageOf(runErrorSchema),
  handle: ({ deps, found, query }) => deps.stores.runs.errors(found.run.id, pageInput(query)),
});
