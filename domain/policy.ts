import { usualRetryLadderMs } from './retry-ladder.ts';

/**
 * How a connection is run: cadence, retries, escalation and delivery. Stored by connection in `integration_settings`; what is
 * not set there takes these defaults. Workflows receive it as input, so that a test can make every duration short.
 */
import type { FlappingPolicy } from './flapping.ts';
import type { NoticeChannel } from './notice.ts';
import type { Thresholds } from './thresholds.ts';

export interface RetryPolicy {
  initialMs: number;
  factor: number;
  maxMs: number;
  /** Attempts of one page before the run is given up. */
  attemptsMax: number;
}

export const rungAudiences = ['owner', 'company_admin', 'platform_admin', 'duty', 'platform_duty'] as const;

/** One rung of the escalation ladder: whom to tell, and how long to wait for an acknowledgement before the next rung. */
export interface Rung {
  position: number;
  /**
   * `owner` is the connection's owner; `company_admin` the company's admins; `platform_admin` the platform's; `duty` and
   * `platform_duty` the first on duty by the company's or the platform's roster who can be reached.
   */
  tell: (typeof rungAudiences)[number];
  /** Tried first; absent, each person is told in the way that they prefer. */
  channel?: NoticeChannel;
  acknowledgeWithinMs: number;
}

export interface ConnectionPolicy {
  retry: RetryPolicy;
  /** Waits between attempts at failed work that time can mend; after the last one it waits for a person. */
  retryLadderMs: number[];
  /** Failed runs of one job in a row before people are called. */
  escalateAfterFailedRuns: number;
  ladder: Rung[];
  /** Which incidents are told in a person's quiet hours too: those that only a person can end (`urgent`), all, or none. */
  passQuietHours: 'urgent' | 'all' | 'none';
  flapping: FlappingPolicy;
  thresholds: Thresholds;
  /** Seconds between scheduled runs, by stream; a stream without an entry takes the provider's own. */
  cadenceS: Record<string, number>;
  /** A value older than this is shown as stale; twice the time between two runs of the most frequent stream, where it is not said. */
  freshWithinS: number;
  delivery: {
    /** How long to await the provider's word on a message before asking for it. */
    statusWithinMs: number;
    /** How long after an unanswered send to look whether it went out; the provider's own list may lag. */
    lookAfterMs: number;
    /** How long a message that reached nobody waits for what a person does instead; their task stays open after it. */
    fallbackWithinMs: number;
    quietHours: QuietHours | null;
  };
}

/** Local times `HH:MM` in the recipient company's time zone. `from` later than `to` spans midnight. */
export interface QuietHours {
  from: string;
  to: string;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const defaultPolicy: ConnectionPolicy = {
  retry: { initialMs: 10_000, factor: 3, maxMs: 30 * minute, attemptsMax: 5 },
  retryLadderMs: [...usualRetryLadderMs],
  escalateAfterFailedRuns: 3,
  ladder: [
    { position: 1, tell: 'owner', acknowledgeWithinMs: 15 * minute },
    { position: 2, tell: 'company_admin', acknowledgeWithinMs: 30 * minute },
    { position: 3, tell: 'platform_admin', acknowledgeWithinMs: 60 * minute },
  ],
  passQuietHours: 'urgent',
  flapping: { reopenWithinMs: 10 * minute, timesMax: 3, windowMs: 6 * hour, steadyForMs: hour },
  thresholds: {
    warn: { failures: 20, forMs: 4 * day },
    pause: { failures: 30, forMs: 7 * day },
    noticeMs: day,
  },
  cadenceS: {},
  freshWithinS: 3_600,
  delivery: {
    statusWithinMs: 4 * 60 * minute,
    lookAfterMs: 30_000,
    fallbackWithinMs: 7 * 24 * 60 * minute,
    quietHours: { from: '21:00', to: '08:00' },
  },
};

/** A stored policy may leave out anything: each missing part takes its default. */
export type PolicyOverrides = Partial<Omit<ConnectionPolicy, 'retry' | 'delivery' | 'flapping' | 'thresholds'>> & {
  retry?: Partial<RetryPolicy>;
  flapping?: Partial<FlappingPolicy>;
  thresholds?: Partial<Thresholds>;
  delivery?: Partial<ConnectionPolicy['delivery']>;
};

export function completePolicy(overrides: PolicyOverrides = {}): ConnectionPolicy {
  return {
    ...defaultPolicy,
    ...overrides,
    retry: { ...defaultPolicy.retry, ...overrides.retry },
    flapping: { ...defaultPolicy.flapping, ...overrides.flapping },
    thresholds: { ...defaultPolicy.thresholds, ...overrides.thresholds },
    delivery: { ...defaultPolicy.delivery, ...overrides.delivery },
  };
}

/** What is to differ from what is stored; `null`: as usual again. Quiet hours that are `null` are none. */
export type PolicyChanges = { [Part in Exclude<keyof PolicyOverrides, 'cadenceS'>]?: PolicyOverrides[Part] | null } & {
  cadenceS?: Record<string, number | null> | null;
};

/** The stored overrides with changes over them; parts within parts that are not named stay. */
export function changeOverrides(stored: PolicyOverrides, { cadenceS, ...changes }: PolicyChanges): PolicyOverrides {
  const parts = Object.entries(changes).map(([name, change]) => {
    const before = stored[name as keyof typeof changes];
    return [name, isParts(before) && isParts(change) ? Object.assign({}, before, change) : change] as const;
  });
  const cadences = cadenceS && Object.entries({ ...stored.cadenceS, ...cadenceS }).filter(([, seconds]) => seconds !== null);
  const changed = {
    ...stored,
    ...Object.fromEntries(parts),
    ...(cadenceS !== undefined && { cadenceS: cadences && Object.fromEntries(cadences) }),
  };
  return Object.fromEntries(Object.entries(changed).filter(([, part]) => part !== null)) as PolicyOverrides;
}

const isParts = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
