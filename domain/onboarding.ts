/** The six steps of onboarding, in order. Each is confirmed by a person and shows who confirmed it and when. */
export const onboardingSteps = ['access', 'records', 'mapping', 'test_run', 'baseline', 'launch'] as const;
export type OnboardingStep = (typeof onboardingSteps)[number];
export const isOnboardingStep = (text: string): text is OnboardingStep => (onboardingSteps as readonly string[]).includes(text);

export const stepTitles: Record<OnboardingStep, string> = {
  access: 'Confirm account access, auth model and scopes with a real call to the provider',
  records: 'Create the provider and connection records and keep the credentials encrypted',
  mapping: 'Map objects, fields, statuses and metric names',
  test_run: 'Run a test sync and review created, updated, unchanged, failed, duplicate and ignored',
  baseline: 'Write the client-safe baseline, explanation and next action',
  launch: 'Launch, and watch stale syncs, rate limits, errors and portal visibility',
};

export interface ConfirmedStep {
  step: OnboardingStep;
  /** The user's or API key's id. */
  by: string;
  at: string;
  /** Counts and ids for the person who reviews; never a secret, a phone number or a body. */
  summary: Record<string, string | number | boolean>;
}

export type StepVerdict = { verdict: 'next' } | { verdict: 'already' } | { verdict: 'refused'; reason: string };

/** Whether `step` may be confirmed now: only the next one; a confirmed one is already so. */
export function judgeStep(confirmed: readonly ConfirmedStep[], step: OnboardingStep, cancelled: boolean): StepVerdict {
  if (cancelled) return { verdict: 'refused', reason: 'The onboarding was cancelled: start a new one.' };
  if (confirmed.some((entry) => entry.step === step)) return { verdict: 'already' };
  const next = onboardingSteps[confirmed.length];
  if (next === step) return { verdict: 'next' };
  return { verdict: 'refused', reason: `The next step is "${next}": confirm it before "${step}".` };
}
