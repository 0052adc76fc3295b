/**
 * The circuit of one connection. When most of its calls find the provider away, no more of them go out; after a while one call tries,
 * and either all go on or all wait longer. So a provider that is down is not hammered, and is asked again soon after it is back.
 */
export interface CircuitPolicy {
  /** Calls are counted over this long, by each process for itself. */
  windowMs: number;
  /** Fewer calls in the window say nothing. */
  callsMin: number;
  /** At this share of outages among them the circuit opens. */
  outageShare: number;
  /** Until the first probe; each that fails makes the next wait `factor` times as long, up to `maxOpenMs`. */
  firstOpenMs: number;
  factor: number;
  maxOpenMs: number;
  /** A probe that tells nothing for this long has died with its process, and another may try: longer than any call may take. */
  probeWithinMs: number;
  /** What opens again within this long of its closing was not over: its waits go on growing from where they were. */
  relapseMs: number;
  /** A closed circuit is read anew after this long, so that what another process saw is heeded. */
  rereadMs: number;
}

/** A provider that is back is asked again within a minute and some seconds. */
export const circuitPolicy: CircuitPolicy = {
  windowMs: 60_000,
  callsMin: 8,
  outageShare: 0.5,
  firstOpenMs: 5_000,
  factor: 2,
  maxOpenMs: 60_000,
  probeWithinMs: 45_000,
  relapseMs: 300_000,
  rereadMs: 1_000,
};

/**
 * What a call told of the provider. `answered`: it is there, whatever it said; a refusal of credentials, a limit and a rejected record
 * are answers. `outage`: `provider_unavailable`. `untold`: the call never came to the provider, or failed on our side.
 */
export type CallEnd = 'answered' | 'outage' | 'untold';

/** Calls by slices of the window, oldest first. */
export type CallWindow = readonly { startsMs: number; answered: number; outages: number }[];

const slices = 10;

export function countCall(window: CallWindow, end: CallEnd, nowMs: number, { windowMs }: CircuitPolicy): CallWindow {
  if (end === 'untold') return window;
  const sliceMs = windowMs / slices;
  const startsMs = Math.floor(nowMs / sliceMs) * sliceMs;
  const young = window.filter((slice) => slice.startsMs > nowMs - windowMs && slice.startsMs !== startsMs);
  const { answered, outages } = window.find((slice) => slice.startsMs === startsMs) ?? { answered: 0, outages: 0 };
  return [
    ...young,
    { startsMs, answered: answered + (end === 'answered' ? 1 : 0), outages: outages + (end === 'outage' ? 1 : 0) },
  ];
}

/** Whether the calls of the window say that the provider is away. */
export function isAway(window: CallWindow, nowMs: number, policy: CircuitPolicy): boolean {
  const { calls, outages } = sum(window, nowMs, policy);
  return calls >= policy.callsMin && outages / calls >= policy.outageShare;
}

/** For the people who read why. */
export function describeWindow(window: CallWindow, nowMs: number, policy: CircuitPolicy): string {
  const { calls, outages } = sum(window, nowMs, policy);
  return `${outages} of ${calls} calls within ${Math.round(policy.windowMs / 1_000)} seconds found the provider away.`;
}

function sum(window: CallWindow, nowMs: number, { windowMs }: CircuitPolicy) {
  const young = window.filter(({ startsMs }) => startsMs > nowMs - windowMs);
  const outages = young.reduce((total, slice) => total + slice.outages, 0);
  return { outages, calls: young.reduce((total, slice) => total + slice.answered, outages) };
}

/** How long nobody asks when the circuit opens for the `times`-th time in a row. */
export function openForMs(times: number, { firstOpenMs, factor, maxOpenMs }: CircuitPolicy): number {
  return Math.min(maxOpenMs, firstOpenMs * factor ** (times - 1));
}

/** Which time in a row it opens now, when it has been closed for `closedForMs`. */
export function timesInARow(earlier: number, closedForMs: number, { relapseMs }: CircuitPolicy): number {
  return closedForMs < relapseMs ? earlier + 1 : 1;
}

/** How Temporal would repeat the caller: the next attempt comes after `initialMs * factor ^ (attempt - 1)`, at most `maxMs`. */
export interface Patience {
  attempt: number;
  /** 0: without end. */
  attemptsMax: number;
  initialMs: number;
  factor: number;
  maxMs: number;
}

/**
 * When a refused caller tries again: at the next probe, or by its own patience where that is longer, so that an open circuit never uses
 * up attempts faster than the outage itself would. `null` when no attempt that it has left comes after the probe: then waiting is of no
 * use, and whoever waits for it gets the answer at once.
 */
export function retryInMs(probeInMs: number, { attempt, attemptsMax, initialMs, factor, maxMs }: Patience): number | null {
  const waitMs = (index: number) => Math.min(maxMs, initialMs * factor ** (index - 1));
  if (attemptsMax > 0) {
    let patienceMs = 0;
    for (let index = attempt; index < attemptsMax && patienceMs < probeInMs; index += 1) patienceMs += waitMs(index);
    if (patienceMs < probeInMs || attempt >= attemptsMax) return null;
  }
  return Math.max(probeInMs, waitMs(attempt));
}

export interface Circuit {
  state: 'closed' | 'open' | 'half_open';
  /** ISO 8601; `null` when it was never open. */
  since: string | null;
  /** ISO 8601; `null` unless it is open. */
  nextProbeAt: string | null;
  reason: string | null;
}

export function circuitSentence({ state, since, nextProbeAt }: Circuit, providerLabel: string): string {
  if (state === 'closed') return `${providerLabel} is asked as usual.`;
  const now =
    state === 'half_open' ? 'One call is trying now' : `One call tries again by itself at ${nextProbeAt ?? 'the next moment'}`;
  return `${providerLabel} has not answered this connection since ${since ?? 'a moment ago'}, so nothing more is asked of it. ${now}; when it answers, everything goes on.`;
}
