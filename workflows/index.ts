export { onboarding } from './onboarding.ts';
export { connector } from './connector.ts';
export { syncRun } from './sync-run.ts';
export { drainEvents } from './drain-events.ts';
export { deliverMessage } from './deliver-message.ts';
export { escalation } from './escalation.ts';
