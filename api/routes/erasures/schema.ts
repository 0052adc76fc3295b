import { z } from 'zod';
import type { Erasure } from '../../../db/app/stores/erasures.ts';
import { describeErasure, erasureKinds } from '../../../domain/erasure.ts';
import { erasureStart, workflowIds } from '../../../domain/workflow-ids.ts';
import type { Deps } from '../../deps.ts';
import { ApiError } from '../../errors.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import { moment, plainWords } from '../../schemas.ts';
import { ask } from '../../temporal.ts';

export const erasureReason = plainWords(200).meta({
  description: 'Why, for example the request’s number. It stays on the receipt.',
});

export const erasureSchema = z
  .object({
    id: z.string(),
    companyId: z.string(),
    kind: z.enum(erasureKinds),
    state: z.enum(['running', 'done']),
    reason: z.string(),
    askedBy: z.string(),
    askedAt: moment,
    doneAt: moment.nullable(),
    sentence: z.string(),
    workflow: workflowSchema,
  })
  .meta({ id: 'Erasure' });

const tableSchema = z.object({
  table: z.string(),
  deleted: z.int().meta({ description: 'Rows that are gone.' }),
  changed: z.int().meta({ description: 'Rows that stay without what was personal.' }),
});
export const receiptSchema = erasureSchema
  .extend({ app: z.array(tableSchema), traffic: z.array(tableSchema) })
  .meta({ id: 'ErasureReceipt', description: 'What was done in each database. Nothing in it says who was erased.' });

export async function describe(deps: Deps, erasure: Erasure) {
  const [app, traffic] = await Promise.all([deps.stores.erasures.tables(erasure.id), deps.traffic.erasures.tables(erasure.id)]);
  const sentence = describeErasure({ ...erasure, tables: [...app, ...traffic] });
  return { ...erasure, sentence, workflow: workflowLink(deps, workflowIds.erase(erasure.id)), app, traffic };
}

/** The row is what counts: while Temporal is down nothing is lost, and `reconcile` starts what nobody works at. */
export async function start(deps: Deps, erasure: Erasure) {
  const { id: erasureId, companyId, kind } = erasure;
  const options = erasureStart({ erasureId, companyId, kind });
  try {
    await ask(deps, workflowLink(deps, options.workflowId), (temporal) => temporal.workflow.start('erase', options));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status < 500) throw error;
    deps.log.warn({ erasure: erasureId }, 'Temporal does not answer: the erasure is started by the next pass of reconcile');
  }
  return describe(deps, erasure);
}
