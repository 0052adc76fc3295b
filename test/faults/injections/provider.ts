/** Every provider answers wrongly, whatever it is asked. */
import type { faultKinds } from '../../../sandbox/faults.ts';
import type { Injection } from './injection.ts';

const providers = ['twilio', 'hubspot'];

const answers = (
  name: string,
  kind: (typeof faultKinds)[number],
  { more, ...timing }: Partial<Pick<Injection, 'times' | 'forMs'>> & { more?: { retryAfterS: number } } = {},
): Injection => ({
  name,
  times: 2,
  forMs: [2_000, 6_000],
  ...timing,
  async begin(lab) {
    await Promise.all(providers.map((key) => lab.sandbox.control(key, 'fault', { kind, ...more })));
    return () => Promise.all(providers.map((key) => lab.sandbox.control(key, 'clearFaults')));
  },
});

export const providerInjections: Injection[] = [
  answers('provider: storm of 429', 'status429', { more: { retryAfterS: 2 } }),
  answers('provider: 500s', 'status500'),
  // Whoever meets it waits for the client's whole time-out: once is enough.
  answers('provider: no answer after the effect', 'timeout_after_effect', { times: 1, forMs: [1_000, 3_000] }),
  answers('provider: connection reset after the effect', 'reset_after_effect'),
  answers('provider: truncated JSON', 'truncated_json'),
  answers('provider: wrong content type', 'wrong_content_type'),
];
