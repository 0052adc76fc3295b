import { ActivityFailure, ApplicationFailure, ChildWorkflowFailure } from '@temporalio/workflow';
import { isFailureCode, type FailureCode } from '../domain/failure.ts';

/** What an activity or a child told us: its failure code travels in `ApplicationFailure.type`. Anything unknown is ours. */
export function readFailure(error: unknown): { code: FailureCode; sentence: string } {
  let cause: unknown = error;
  while ((cause instanceof ActivityFailure || cause instanceof ChildWorkflowFailure) && cause.cause) cause = cause.cause;
  if (cause instanceof ApplicationFailure && isFailureCode(cause.type)) return { code: cause.type, sentence: cause.message };
  return { code: 'defect', sentence: 'Something went wrong on our side; the people who run Linkwright see it in this workflow.' };
}
