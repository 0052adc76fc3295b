import { z } from 'zod';
import type { Connection } from '../db/app/stores/connections.ts';
import { onboardingSteps, stepTitles } from '../domain/onboarding.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import { onboardingProgressQuery, type OnboardingProgress } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { workflowLink, workflowSchema } from './links.ts';
import { confirmedStepSchema } from './routes/onboarding/schema.ts';
import { runSchema } from './routes/syncs/schema.ts';
import { moment } from './schemas.ts';
import { ask } from './temporal.ts';

const step = z.enum(onboardingSteps);

export const progressSchema = z
  .object({
    confirmed: z.array(confirmedStepSchema),
    next: z.object({ step, title: z.string() }).nullable(),
    working: z
      .object({ step, by: z.string(), since: moment })
      .nullable()
      .meta({ description: 'The step that is being done now; who else sends it is answered after that.' }),
    cancelled: z.boolean(),
    names: z.record(z.string(), z.string()).meta({ description: 'Of the people and keys that stand in `by`.' }),
    testRuns: z
      .array(
        runSchema
          .pick({ id: true, startedAt: true, finishedAt: true, outcome: true, counts: true })
          .extend({ stream: z.string() }),
      )
      .meta({ description: 'The newest test run of each stream, the one that is under way among them.' }),
    workflow: workflowSchema,
  })
  .meta({ id: 'OnboardingProgress' });

export type Progress = z.input<typeof progressSchema>;

/** The same for everybody who may look: nothing in it depends on the caller. */
export async function progressOf(deps: Deps, connection: Connection): Promise<Progress> {
  const workflow = workflowLink(deps, workflowIds.onboarding(connection.id));
  const asked = await ask(deps, workflow, (temporal) => temporal.workflow.getHandle(workflow.id).query(onboardingProgressQuery));
  const { confirmed, next, cancelled, working = null } = asked ?? notThere(connection.state === 'onboarding');
  const isTested = next !== null && onboardingSteps.indexOf(next) >= onboardingSteps.indexOf('test_run');
  return {
    confirmed,
    next: next && { step: next, title: stepTitles[next] },
    working,
    cancelled,
    names: await namesOf(deps, [...confirmed, ...(working ? [working] : [])]),
    testRuns: isTested && !cancelled ? await testRunsOf(deps, connection.id) : [],
    workflow,
  };
}

/** Not started yet, or finished so long ago that Temporal has forgotten it. */
const notThere = (isOpen: boolean): OnboardingProgress => ({
  confirmed: [],
  next: isOpen ? 'access' : null,
  cancelled: false,
});

async function namesOf({ stores }: Deps, steps: { by: string }[]): Promise<Record<string, string>> {
  const ids = [...new Set(steps.map(({ by }) => by))];
  const found = ids.map(async (id) => [id, (await stores.users.find(id))?.name ?? (await stores.apiKeys.find(id))?.label]);
  return Object.fromEntries((await Promise.all(found)).filter(([, name]) => name !== undefined));
}

async function testRunsOf({ stores }: Deps, connectionId: string): Promise<Progress['testRuns']> {
  const jobs = await stores.jobs.list(connectionId);
  const { items } = await stores.runs.list({ connectionId, limit: 25 });
  return jobs.flatMap(({ id, stream }) => {
    const run = items.find(({ jobId, trigger }) => jobId === id && trigger === 'onboarding');
    return run ? [{ ...run, stream }] : [];
  });
}
