import type { Scenario } from '../scenario.ts';
import { clockScenarios } from './clock.ts';
import { dealScenarios } from './deals.ts';
import { drainScenarios } from './drain.ts';
import { ingestScenarios } from './ingest.ts';
import { loadScenarios } from './load.ts';
import { onboardingScenarios } from './onboarding.ts';
import { orderScenarios } from './order.ts';
import { outageScenarios } from './outages.ts';
import { requestScenarios } from './requests.ts';
import { sendingScenarios } from './sending.ts';
import { syncScenarios } from './sync.ts';

/** Every way in which the stack is broken, in the order of the table. Outages come first: they would disturb what recovers. */
export const scenarios: Scenario[] = [
  ...outageScenarios,
  ...loadScenarios,
  ...syncScenarios,
  ...drainScenarios,
  ...dealScenarios,
  ...clockScenarios,
  ...sendingScenarios,
  ...requestScenarios,
  ...ingestScenarios,
  ...onboardingScenarios,
  // These count what no restart may blur: they come last.
  ...orderScenarios,
];
