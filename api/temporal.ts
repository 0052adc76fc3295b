import {
  ApplicationFailure,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  type Client,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import { isFailureCode } from '../domain/failure.ts';
import type { Actor, CommandAnswer } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { ApiError } from './errors.ts';
import type { WorkflowLink } from './links.ts';

/**
 * Asks Temporal for something within the time that an HTTP caller waits. `undefined`: no such workflow is running. What is refused
 * or not answered names the workflow that was asked.
 */
export async function ask<Answer>(
  deps: Pick<Deps, 'temporal' | 'answerWithinMs'>,
  workflow: WorkflowLink,
  question: (temporal: Client) => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await deps.temporal.withDeadline(Date.now() + deps.answerWithinMs, () => question(deps.temporal));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw asApiError(error, workflow);
  }
}

/** Sends an Update and awaits what the workflow answers. `undefined`: it is not running. */
export function tell<Accepted extends object, Given extends Actor>(
  deps: Pick<Deps, 'temporal' | 'answerWithinMs'>,
  workflow: WorkflowLink,
  update: UpdateDefinition<CommandAnswer<Accepted>, [Given]>,
  given: Given,
): Promise<CommandAnswer<Accepted> | undefined> {
  return ask(deps, workflow, (temporal) => temporal.workflow.getHandle(workflow.id).executeUpdate(update, { args: [given] }));
}

function asApiError(error: unknown, workflow: WorkflowLink): unknown {
  if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure) {
    const { type, message } = error.cause;
    return new ApiError(409, isFailureCode(type) ? type : 'refused', message, { workflow });
  }
  const grpc = error instanceof ServiceError ? error.cause : error;
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGrpcDeadlineError(grpc))
    return new ApiError(
      504,
      'no_answer_yet',
      'The workflow has not answered yet: look at its state before you repeat the command.',
      { workflow },
    );
  if (error instanceof ServiceError || isGrpcServiceError(grpc))
    return new ApiError(503, 'temporal_unavailable', 'Temporal does not answer: try again shortly.', {
      retryAfterS: 5,
      workflow,
    });
  return error;
}

/** A workflow's own answer as an HTTP answer: accepted and already so are 200, a refusal is 409 with its reason. */
export function answerOf<Accepted extends object>(workflow: WorkflowLink, answer: CommandAnswer<Accepted>) {
  if (answer.verdict === 'refused') throw new ApiError(409, answer.code ?? 'refused', answer.reason, { workflow });
  return { ...answer, workflow };
}
