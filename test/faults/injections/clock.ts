/** One clock is five minutes off: ahead, then behind. */
import type { Lab } from '../lab.ts';
import { setClock } from '../set-clock.ts';
import type { Injection } from './injection.ts';

const offMs = 300_000;

const skewed = (whose: string, set: (lab: Lab, aheadMs: number) => Promise<unknown>, restarts?: true): Injection => ({
  name: `${whose} clock five minutes off`,
  times: 2,
  forMs: [3_000, 6_000],
  ...(restarts && { restarts }),
  async begin(lab, time) {
    await set(lab, time % 2 === 0 ? offMs : -offMs);
    return () => set(lab, 0);
  },
});

export const clockInjections: Injection[] = [
  skewed('worker’s', (lab, aheadMs) => setClock(lab, 'workers', aheadMs), true),
  skewed('API’s', (lab, aheadMs) => setClock(lab, 'api', aheadMs), true),
  skewed('provider’s', (lab, aheadMs) => lab.sandbox.control('twilio', 'setClock', { aheadMs })),
];
