/** The clock that this process reads. */
import { setTimeout as sleep } from 'node:timers/promises';
import { jest } from '@jest/globals';

const others = ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout'] as const;
const clearing = ['clearImmediate', 'clearInterval', 'clearTimeout'] as const;

/** Moves the clock and nothing else: what waits, waits in real time. `jest.useRealTimers` lets it go again. */
export function clockAt(now: Date | number): void {
  jest.useFakeTimers({ now, doNotFake: [...others, ...clearing] });
}

const dayMs = 86_400_000;
/** As long as a file of tests may take on a busy machine. */
const clearOfMs = 120_000;

/** For a file of tests that compares days, before it looks at the clock: waits until the day in UTC cannot end in the middle. */
export async function clearOfMidnight(): Promise<void> {
  const leftMs = dayMs - (Date.now() % dayMs);
  if (leftMs < clearOfMs) await sleep(leftMs + 5_000);
}
