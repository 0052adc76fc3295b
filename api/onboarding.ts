import { WithStartWorkflowOperation, WorkflowExecutionAlreadyStartedError, type WorkflowStartOptions } from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import type { Connection } from '../db/app/stores/connections.ts';
import { attributesOf, taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import type { Actor, CommandAnswer, OnboardingInput } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { ApiError } from './errors.ts';
import { workflowLink, type WorkflowLink } from './links.ts';
import { answerOf, ask } from './temporal.ts';

function startOptions(connection: Connection, startedBy: string) {
  const { id: connectionId, companyId, providerKey } = connection;
  const input: OnboardingInput = { connectionId, companyId, providerKey, startedBy };
  return {
    workflowId: workflowIds.onboarding(connectionId),
    taskQueue: taskQueues.lifecycle,
    // One onboarding for each connection: a finished one never begins again, one that broke may.
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    staticSummary: `Onboarding of ${connectionId}`,
    typedSearchAttributes: attributesOf({ connectionId, companyId, providerKey }),
    args: [input] as [OnboardingInput],
  } satisfies WorkflowStartOptions;
}

/** Starts the workflow. Answers false when Temporal did not answer: the row is there, and the first step starts it then. */
export async function startOnboarding(deps: Deps, connection: Connection, by: string): Promise<boolean> {
  try {
    await ask(deps, onboardingLink(deps, connection), ({ workflow }) =>
      workflow.start('onboarding', startOptions(connection, by)),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return true;
    if (!(error instanceof ApiError)) throw error;
    deps.log.warn({ connectionId: connection.id, outcome: error.code }, 'onboarding not started yet');
    return false;
  }
}

/** Sends a step's Update, starting the workflow if it is not there, and answers what the workflow answers. */
export async function tellOnboarding<Accepted extends object, Given extends Actor>(
  deps: Deps,
  connection: Connection,
  update: UpdateDefinition<CommandAnswer<Accepted>, [Given]>,
  given: Given,
) {
  const link = onboardingLink(deps, connection);
  const answer = await ask(deps, link, async ({ workflow }) => {
    const startWorkflowOperation = new WithStartWorkflowOperation('onboarding', {
      ...startOptions(connection, given.by),
      workflowIdConflictPolicy: 'USE_EXISTING',
    });
    try {
      return await workflow.executeUpdateWithStart(update, { args: [given], startWorkflowOperation });
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) throw onboardingEnded(link);
      throw error;
    }
  });
  if (answer === undefined) throw onboardingEnded(link);
  return answerOf(link, answer);
}

const onboardingLink = (deps: Deps, { id }: Connection) => workflowLink(deps, workflowIds.onboarding(id));

const onboardingEnded = (workflow: WorkflowLink) =>
  new ApiError(409, 'refused', 'The onboarding has ended: look at the connection’s state.', { workflow });
