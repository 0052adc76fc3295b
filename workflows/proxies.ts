/** Every activity that workflows call, with its time-outs and retry policy written out, by the kind of touch it is. */
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import { finalFailureCodes } from '../domain/failure.ts';
import { noticeAttemptsMax } from '../domain/notice.ts';
import type { RetryPolicy } from '../domain/policy.ts';

/** Our own database and Temporal: goes on trying, because only an outage of ours makes it fail. */
export const own = proxyActivities<Activities>({
  startToCloseTimeout: '30 seconds',
  retry: {
    initialInterval: '1 second',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    nonRetryableErrorTypes: finalFailureCodes,
  },
});

/** One quick row of ours at the very start of a run: kept out of the history's event count. */
export const quick = proxyLocalActivities<Activities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** A call to the provider that a person waits for: a few quick tries, then an answer. */
export const interactive = proxyActivities<Activities>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumAttempts: 3, nonRetryableErrorTypes: finalFailureCodes },
});

/** Pages of one run: many minutes of work, a heartbeat with each page, the connection's own patience. */
export function pulling(retry: RetryPolicy) {
  return proxyActivities<Activities>({
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '1 minute',
    retry: {
      initialInterval: retry.initialMs,
      backoffCoefficient: retry.factor,
      maximumInterval: retry.maxMs,
      maximumAttempts: retry.attemptsMax,
      nonRetryableErrorTypes: finalFailureCodes,
    },
  });
}

/** Stored events wait for nothing but our own databases, so there is no last attempt. */
export const draining = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/**
 * A write at the provider. It may be repeated because the activity claims the row first and looks before it sends again. A worker
 * that died is noticed by the heartbeat, which is longer than the HTTP client's time-out; a look of many pages beats with each.
 */
export const sending = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '45 seconds',
  retry: {
    initialInterval: '5 seconds',
    backoffCoefficient: 3,
    maximumInterval: '30 minutes',
    maximumAttempts: 8,
    nonRetryableErrorTypes: finalFailureCodes,
  },
});

/**
 * Writes that look before they write. Each push keeps its own count and wait in its row, so the activity has no last attempt. A worker that
 * died is noticed by the heartbeat, which is longer than a write that was claimed may still be under way.
 */
export const pushing = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '45 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});

/** A notice to a person: a few tries within two minutes, because the next person on the ladder waits for it. */
export const telling = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  retry: {
    initialInterval: '2 seconds',
    backoffCoefficient: 3,
    maximumAttempts: noticeAttemptsMax,
    nonRetryableErrorTypes: finalFailureCodes,
  },
});

/** What people hear beside the ladder: nobody waits for it, so it goes on trying; a notice itself is given up after a few tries. */
export const tellingFurther = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes',
  retry: {
    initialInterval: '2 seconds',
    backoffCoefficient: 3,
    maximumInterval: '5 minutes',
    nonRetryableErrorTypes: finalFailureCodes,
  },
});

/** A pass over everything: it goes on from its last heartbeat. A pass that fails is seen as failed, and the next one starts anew. */
export const repairing = proxyActivities<Activities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute', maximumAttempts: 5 },
});

/** Keys and everything that they sealed: goes on from its last heartbeat, for as long as it takes. */
export const changing = proxyActivities<Activities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '30 seconds',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
});
