import { ApplicationFailure, Context } from '@temporalio/activity';
import { retryInMs, type Patience } from '../domain/circuit.ts';
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

const circuitOpen = { circuit: 'open' };

/**
 * Nothing was asked, because the connection's circuit is open. Temporal tries again when the next probe is due, or by the activity's own
 * policy where that is later; not at all when its last attempt would come before that.
 */
export function circuitFailure(providerLabel: string, probeInMs: number): ApplicationFailure {
  const patience = currentPatience();
  const delayMs = patience ? retryInMs(probeInMs, patience) : probeInMs;
  const inS = Math.ceil(probeInMs / 1_000);
  return ApplicationFailure.create({
    type: 'provider_unavailable' satisfies FailureCode,
    message: `${providerLabel} did not answer this connection again and again, so it is not asked for the moment: the next try is in ${inS} s, and when it answers everything goes on by itself.`,
    nonRetryable: delayMs === null,
    ...(delayMs !== null && { nextRetryDelay: delayMs }),
    details: [circuitOpen],
  });
}

/** Whether nothing was asked because of an open circuit: whoever is woken when it closes need not try again before. */
export function isCircuitOpen(error: unknown): boolean {
  const [detail] = error instanceof ApplicationFailure ? (error.details ?? []) : [];
  return (detail as Partial<typeof circuitOpen> | null | undefined)?.circuit === 'open';
}

/** How the activity under way is repeated; `null` outside of activities. */
function currentPatience(): Patience | null {
  let info: Context['info'];
  try {
    ({ info } = Context.current());
  } catch {
    return null;
  }
  const { initialInterval = 1_000, backoffCoefficient = 2, maximumInterval, maximumAttempts = 0 } = info.retryPolicy ?? {};
  // Temporal tells durations in milliseconds.
  const initialMs = Number(initialInterval);
  return {
    attempt: info.attempt,
    attemptsMax: Number.isFinite(maximumAttempts) ? maximumAttempts : 0,
    initialMs,
    factor: backoffCoefficient,
    maxMs: maximumInterval === undefined ? 100 * initialMs : Number(maximumInterval),
  };
}
