import { z } from 'zod';
import { failureCodes } from '../../../domain/failure.ts';
import type { SyncRun } from '../../../db/app/stores/runs.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import type { Caller } from '../../locals.ts';
import { forEyesOf } from '../../mask.ts';
import { moment } from '../../schemas.ts';

const count = z.number().int();
export const countsSchema = z
  .object({ created: count, updated: count, unchanged: count, failed: count, duplicate: count, ignored: count })
  .meta({ id: 'RunCounts' });

export const runSchema = z
  .object({
    id: z.string(),
    jobId: z.string(),
    connectionId: z.string(),
    trigger: z.enum(['schedule', 'manual', 'onboarding']),
    startedAt: moment,
    finishedAt: moment.nullable(),
    outcome: z
      .enum(['succeeded', 'failed', 'cancelled', 'skipped'])
      .nullable()
      .meta({ description: 'null while it is under way.' }),
    code: z.enum(failureCodes).nullable(),
    sentence: z.string().nullable(),
    mappingVersion: z.number().nullable(),
    counts: countsSchema,
    workflow: workflowSchema,
  })
  .meta({ id: 'SyncRun' });

export const describeRun = (deps: Deps, caller: Caller, run: SyncRun): z.input<typeof runSchema> => ({
  ...run,
  sentence: run.sentence && forEyesOf(caller)(run.sentence),
  workflow: workflowLink(deps, run.workflowId),
});
