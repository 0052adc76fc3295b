import { clockInjections } from './clock.ts';
import { diskFull } from './disk.ts';
import type { Injection } from './injection.ts';
import { killedInjections } from './killed.ts';
import { networkInjections } from './network.ts';
import { providerInjections } from './provider.ts';

/** In the order of the matrix's rows. */
export const injections: Injection[] = [
  ...killedInjections,
  ...networkInjections,
  ...providerInjections,
  ...clockInjections,
  diskFull,
];
