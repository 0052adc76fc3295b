/**
 * Failures by consequence. The codes are wire format: in `ApplicationFailure.type`, in rows and in API answers alike.
 */
export const failureCodes = [
  'provider_unavailable',
  'rate_limited',
  'credentials_rejected',
  'permission_missing',
  'configuration_invalid',
  'record_rejected',
  'ambiguous',
  'defect',
] as const;

export type FailureCode = (typeof failureCodes)[number];

/** What a failure at a provider means for us. `sentence` is for a person and holds no payload, secret or personal data. */
export interface Failure {
  code: FailureCode;
  sentence: string;
  /** The vendor's own code, for ops; for example Twilio's 21610. */
  providerCode?: string;
  /** How long the provider asked us to wait. */
  retryAfterMs?: number;
  /** `unknown` when the request may have taken effect: a write must look before it is sent again. */
  effect: 'none' | 'unknown';
}

interface Consequence {
  meaning: string;
  /** Whether the same request may succeed later without a person. */
  retryable: boolean;
  /** When people are called: at the first failed run, after repeated failed runs, or never by this code alone. */
  escalates: 'at_once' | 'after_repeats' | 'never';
  ownerAction: string;
}

export const consequences: Record<FailureCode, Consequence> = {
  provider_unavailable: {
    meaning: 'The provider did not answer, or answered with an error of its own.',
    retryable: true,
    escalates: 'after_repeats',
    ownerAction: 'Nothing yet: it is tried again by itself. Look at the provider’s status page if it lasts.',
  },
  rate_limited: {
    meaning: 'The provider asked us to slow down.',
    retryable: true,
    escalates: 'after_repeats',
    ownerAction: 'Nothing yet: it goes on when the provider allows. Lower the cadence or raise the plan’s limit if it lasts.',
  },
  credentials_rejected: {
    meaning: 'The provider no longer accepts the stored credentials.',
    retryable: false,
    escalates: 'at_once',
    ownerAction: 'Reauthorize the connection with valid credentials.',
  },
  permission_missing: {
    meaning: 'The credentials are valid but do not allow this.',
    retryable: false,
    escalates: 'at_once',
    ownerAction: 'Grant the missing permission at the provider, then sync now.',
  },
  configuration_invalid: {
    meaning: 'A setting or a field mapping does not fit.',
    retryable: false,
    escalates: 'at_once',
    ownerAction: 'Correct the setting or the mapping that is named, then sync now.',
  },
  record_rejected: {
    meaning: 'One record could not be taken; the others were.',
    retryable: false,
    escalates: 'never',
    ownerAction: 'Look at the record in the error queue, correct its cause, then retry or ignore it.',
  },
  ambiguous: {
    meaning: 'It cannot be known whether the request took effect.',
    retryable: false,
    escalates: 'never',
    ownerAction: 'Look at the provider whether it happened, then say so: it is not repeated until a person decides.',
  },
  defect: {
    meaning: 'Something went wrong on our side.',
    retryable: true,
    escalates: 'after_repeats',
    ownerAction: 'Tell the people who run Linkwright, with the run’s id.',
  },
};

export function isFailureCode(value: unknown): value is FailureCode {
  return failureCodes.includes(value as FailureCode);
}

/** The failure types that Temporal must not retry. */
export const finalFailureCodes: FailureCode[] = failureCodes.filter((code) => !consequences[code].retryable);
