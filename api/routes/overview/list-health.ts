import { z } from 'zod';
import { connectionStates, stateWords } from '../../../domain/connection-state.ts';
import { failureCodes } from '../../../domain/failure.ts';
import { leadingWorkflow, workflowSchema } from '../../links.ts';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { describeFreshness, freshnessSchema } from '../connections/schema.ts';
import { moment, pageInput, pageOf, pageQuery } from '../../schemas.ts';

const healthSchema = z
  .object({
    connectionId: z.string(),
    providerKey: z.string(),
    label: z.string(),
    state: z.enum(connectionStates),
    nextAction: z.string(),
    lastSuccessAt: moment.nullable(),
    freshness: freshnessSchema,
    check: z
      .object({
        ok: z.boolean(),
        latencyMs: z.number().nullable(),
        code: z.enum(failureCodes).nullable(),
        sentence: z.string(),
        at: moment,
      })
      .nullable(),
    workflow: workflowSchema,
  })
  .meta({ id: 'Health' });

export const listHealth = route({
  method: 'get',
  path: '/companies/:companyId/health',
  permission: 'health.read',
  summary: 'How each connection is now',
  query: z.strictObject(pageQuery),
  answer: pageOf(healthSchema),
  async handle({ deps, caller, found, query }) {
    const { items, nextCursor } = await deps.stores.health.list({ companyId: found.company.id, ...pageInput(query) });
    const shown = forEyesOf(caller);
    return {
      items: items.map(({ freshWithinS, check, ...health }) => ({
        ...health,
        check: check && { ...check, sentence: shown(check.sentence) },
        freshness: describeFreshness(health.lastSuccessAt, freshWithinS),
        nextAction: stateWords[health.state].nextAction,
        workflow: leadingWorkflow(deps, { id: health.connectionId, state: health.state }),
      })),
      nextCursor,
    };
  },
});
