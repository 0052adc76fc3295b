import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import { forEyesOf } from '../../mask.ts';
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
    workflow: workflowSchema,
  })
  .meta({ id: 'SyncError' });

export const listRunErrors = route({
  method: 'get',
  path: '/runs/:runId/errors',
  permission: 'failure.read',
  summary: 'The records and pages of a run that failed',
  query: z.strictObject(pageQuery),
  answer: pageOf(runErrorSchema),
  async handle({ deps, caller, found: { run }, query }) {
    const { items, nextCursor } = await deps.stores.runs.errors(run.id, pageInput(query));
    return {
      items: items.map((error) => ({
        ...error,
        sentence: forEyesOf(caller)(error.sentence),
        workflow: workflowLink(deps, run.workflowId),
      })),
      nextCursor,
    };
  },
});
