/** How attempts at one message stay out of each other's way: what one may still be doing, and when another may look or send. */
import { Context, heartbeat } from '@temporalio/activity';
import type { Failure } from '../domain/failure.ts';
import type { ProviderContext } from '../providers/contract.ts';
import type { SendInput, SendResult } from './delivery.ts';

/** The row as this attempt claimed it. */
export interface Claimed {
  attempt: number;
  /** On `performance.now()`, which goes on while the process is frozen and which nobody sets. */
  claimedAtMs: number;
}

/**
 * A request goes out this soon after its claim or not at all: the process may have been frozen in between, and another attempt may
 * have sent the message meanwhile.
 */
const claimFreshMs = 10_000;
/** How long an attempt that Temporal has given up may still have a request under way: its claim, the HTTP client's 30 s, and some. */
const mayLiveMs = claimFreshMs + 30_000 + 5_000;

export const lostAnswer = 'The answer was lost; looks at the provider before sending again.';

export const isFresh = ({ claimedAtMs }: Claimed): boolean => performance.now() - claimedAtMs < claimFreshMs;

/** Looks at the provider when the earlier attempt, claimed `elapsedMs` ago, can no longer send. */
export function waitBeforeLook({ policy }: SendInput, elapsedMs: number): number {
  const isRepeated = Context.current().info.attempt > 1;
  return (isRepeated ? Math.max(policy.lookAfterMs, mayLiveMs) : policy.lookAfterMs) - elapsedMs;
}

export function lookLater({ slotAtMs, policy }: SendInput, why: string, waitMs = policy.lookAfterMs): SendResult {
  return { next: 'wait', waitMs, slotAtMs, mayBeOut: true, why };
}

/** Another attempt has the row: it is looked for when that one can no longer send. */
export function giveWay(input: SendInput): SendResult {
  return lookLater(input, 'Another attempt is under way.', Math.max(input.policy.lookAfterMs, mayLiveMs));
}

/** A look of many pages takes longer than Temporal waits for a sign of life. */
export function withHeartbeat(context: ProviderContext): ProviderContext {
  return {
    ...context,
    http: {
      request(asked) {
        heartbeat();
        return context.http.request(asked);
      },
    },
  };
}

/** "Try again in a second", said again and again, would use up all attempts within seconds and call a person for a passing storm. */
export function withPatience(failure: Failure): Failure {
  const { retryAfterMs } = failure;
  if (retryAfterMs === undefined) return failure;
  return { ...failure, retryAfterMs: Math.max(retryAfterMs, 1_000 * 3 ** (Context.current().info.attempt - 1)) };
}
