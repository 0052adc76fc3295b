import { z } from 'zod';
import { onboardingSteps } from '../../../domain/onboarding.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink } from '../../links.ts';
import { moment, verdictSchema } from '../../schemas.ts';

export const confirmedStepSchema = z
  .object({
    step: z.enum(onboardingSteps),
    by: z.string(),
    at: moment,
    summary: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .meta({ description: 'Counts and ids for the reviewer.' }),
  })
  .meta({ id: 'ConfirmedStep' });

export const stepAnswerSchema = verdictSchema.extend({ step: confirmedStepSchema.optional() }).meta({ id: 'StepAnswer' });

/** The answer to any step once the connection lives: all six were confirmed. */
export function launched(deps: Deps, connection: Connection) {
  if (connection.state === 'onboarding') return undefined;
  return {
    verdict: 'already' as const,
    sentence: 'The onboarding is finished: every step was confirmed.',
    workflow: workflowLink(deps, workflowIds.onboarding(connection.id)),
  };
}
