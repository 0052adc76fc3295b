/**
 * How a connection is run: cadence, retries, escalation and delivery. Stored by connection in `integration_settings`; what is
 * not set there takes these defaults. Workflows receive it as input, so that a test can make every duration short.
 */
export interface RetryPolicy {
  initialMs: number;
  factor: number;
  maxMs: number;
  /** Attempts of one page before the run is given up. */
  attemptsMax: number;
}

/** One rung of the escalation ladder: whom to tell, and how long to wait for an acknowledgement before the next rung. */
export interface Rung {
  position: number;
  /** `owner` is the connection's owner; `company_admin` the company's admins; `platform_admin` the platform's. */
  tell: 'owner' | 'company_admin' | 'platform_admin';
  channel: 'sms';
  acknowledgeWithinMs: number;
}

export interface ConnectionPolicy {
  retry: RetryPolicy;
  /** Failed runs of one job in a row before people are called. */
  escalateAfterFailedRuns: number;
  ladder: Rung[];
  /** Seconds between scheduled runs, by stream; a stream without an entry takes the provider's own. */
  cadenceS: Record<string, number>;
  /** A value older than this is shown as stale; twice the time between two runs of the most frequent stream, where it is not said. */
  freshWithinS: number;
  delivery: {
    /** How long to await the provider's word on a message before asking for it. */
    statusWithinMs: number;
    /** How long after an unanswered send to look whether it went out; the provider's own list may lag. */
    lookAfterMs: number;
    quietHours: QuietHours | null;
  };
}

/** Local times `HH:MM` in the recipient company's time zone. `from` later than `to` spans midnight. */
export interface QuietHours {
  from: string;
  to: string;
}

const minute = 60_000;

export const defaultPolicy: ConnectionPolicy = {
  retry: { initialMs: 10_000, factor: 3, maxMs: 30 * minute, attemptsMax: 5 },
  escalateAfterFailedRuns: 3,
  ladder: [
    { position: 1, tell: 'owner', channel: 'sms', acknowledgeWithinMs: 15 * minute },
    { position: 2, tell: 'company_admin', channel: 'sms', acknowledgeWithinMs: 30 * minute },
    { position: 3, tell: 'platform_admin', channel: 'sms', acknowledgeWithinMs: 60 * minute },
  ],
  cadenceS: {},
  freshWithinS: 3_600,
  delivery: { statusWithinMs: 4 * 60 * minute, lookAfterMs: 30_000, quietHours: { from: '21:00', to: '08:00' } },
};

/** A stored policy may leave out anything: each missing part takes its default. */
export type PolicyOverrides = Partial<Omit<ConnectionPolicy, 'retry' | 'delivery'>> & {
  retry?: Partial<RetryPolicy>;
  delivery?: Partial<ConnectionPolicy['delivery']>;
};

export function completePolicy(overrides: PolicyOverrides = {}): ConnectionPolicy {
  return {
    ...defaultPolicy,
    ...overrides,
    retry: { ...defaultPolicy.retry, ...overrides.retry },
    delivery: { ...defaultPolicy.delivery, ...overrides.delivery },
  };
}
