import { z } from 'zod';
import { onboardingSteps, stepTitles } from '../../../domain/onboarding.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import { onboardingProgressQuery, type OnboardingProgress } from '../../../workflows/messages.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import { route } from '../../route.ts';
import { ask } from '../../temporal.ts';
import { confirmedStepSchema } from './schema.ts';

export const getProgress = route({
  method: 'get',
  path: '/connections/:connectionId/onboarding',
  permission: 'connection.read',
  summary: 'How far the onboarding is: the confirmed steps, by whom and when, and the next one',
  answer: z
    .object({
      confirmed: z.array(confirmedStepSchema),
      next: z.object({ step: z.enum(onboardingSteps), title: z.string() }).nullable(),
      cancelled: z.boolean(),
      workflow: workflowSchema,
    })
    .meta({ id: 'OnboardingProgress' }),
  refusals: [503, 504],
  async handle({ deps, found: { connection } }) {
    const link = workflowLink(deps, workflowIds.onboarding(connection.id));
    const asked = await ask(deps, link, ({ workflow }) => workflow.getHandle(link.id).query(onboardingProgressQuery));
    const { confirmed, next, cancelled } = asked ?? notThere(connection.state === 'onboarding');
    return {
      confirmed,
      next: next && { step: next, title: stepTitles[next] },
      cancelled,
      workflow: link,
    };
  },
});

/** Not started yet, or finished so long ago that Temporal has forgotten it. */
const notThere = (open: boolean): OnboardingProgress => ({ confirmed: [], next: open ? 'access' : null, cancelled: false });
