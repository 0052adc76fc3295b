import { ApplicationFailure } from '@temporalio/activity';
import { consequences, type Failure, type FailureCode } from '../domain/failure.ts';

/** The provider's `Retry-After` travels in the failure, so that Temporal waits instead of a worker. */
export function asActivityFailure(failure: Failure): ApplicationFailure {
  return ApplicationFailure.create({
    type: failure.code,
    message: failure.sentence,
    nonRetryable: !consequences[failure.code].retryable,
    ...(failure.retryAfterMs !== undefined && { nextRetryDelay: failure.retryAfterMs }),
    ...(failure.providerCode && { details: [{ providerCode: failure.providerCode }] }),
  });
}

export function failWith(code: FailureCode, sentence: string): ApplicationFailure {
  return asActivityFailure({ code, sentence, effect: 'none' });
}
