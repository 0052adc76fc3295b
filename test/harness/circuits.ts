/** Circuits for activities that a test makes by itself. Few tests want one that opens: those that do give a policy of their own. */
import { createCircuits, type Circuits } from '../../activities/circuits.ts';
import type { AppStores } from '../../db/app/stores/index.ts';
import { circuitPolicy, type CircuitPolicy } from '../../domain/circuit.ts';

export function circuitsOf({ circuits }: Pick<AppStores, 'circuits'>, policy: CircuitPolicy = circuitPolicy): Circuits {
  const log = { info: () => undefined, warn: () => undefined };
  return createCircuits({ store: circuits, log, policy, onClosed: async () => undefined });
}
