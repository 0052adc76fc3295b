/** All activities, made by closures over their dependencies. Workflows import only the type. */
import { requireRenewal } from './access-tokens.ts';
import { connectorActivities } from './connector.ts';
import type { ActivityDeps } from './deps.ts';
import { erasureActivities } from './erasure.ts';
import { eventActivities } from './events.ts';
import { keyRotationActivities } from './key-rotation.ts';
import { messageDecisionActivities } from './message-decisions.ts';
import { manualValueActivities } from './manual-values.ts';
import { messageFallbackActivities } from './message-fallbacks.ts';
import { messageActivities } from './messages.ts';
import { onboardingActivities } from './onboarding.ts';
import { peopleActivities } from './people.ts';
import { pushActivities } from './pushes.ts';
import { reconcileActivities } from './reconcile.ts';
import { remapActivities } from './remaps.ts';
import { reportActivities } from './reports.ts';
import { replayActivities } from './replays.ts';
import { retryActivities } from './retries.ts';
import { sampleActivities } from './samples.ts';
import { syncActivities } from './sync.ts';

export function createActivities(deps: ActivityDeps) {
  requireRenewal(deps.renewal);
  return {
    ...onboardingActivities(deps),
    ...connectorActivities(deps),
    ...manualValueActivities(deps),
    ...syncActivities(deps),
    ...sampleActivities(deps),
    ...remapActivities(deps),
    ...eventActivities(deps),
    ...retryActivities(deps),
    ...replayActivities(deps),
    ...pushActivities(deps),
    ...messageActivities(deps),
    ...messageDecisionActivities(deps),
    ...messageFallbackActivities(deps),
    ...peopleActivities(deps),
    ...reportActivities(deps),
    ...reconcileActivities(deps),
    ...keyRotationActivities(deps),
    ...erasureActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
