/** All activities, made by closures over their dependencies. Workflows import only the type. */
import { connectorActivities } from './connector.ts';
import type { ActivityDeps } from './deps.ts';
import { eventActivities } from './events.ts';
import { messageDecisionActivities } from './message-decisions.ts';
import { messageActivities } from './messages.ts';
import { onboardingActivities } from './onboarding.ts';
import { peopleActivities } from './people.ts';
import { syncActivities } from './sync.ts';

export function createActivities(deps: ActivityDeps) {
  return {
    ...onboardingActivities(deps),
    ...connectorActivities(deps),
    ...syncActivities(deps),
    ...eventActivities(deps),
    ...messageActivities(deps),
    ...messageDecisionActivities(deps),
    ...peopleActivities(deps),
  };
}

export type Activities = ReturnType<typeof createActivities>;
