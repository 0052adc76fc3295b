/** A fault as a value: how it begins and ends, how often it comes in a round, and for how long. */
import type { Lab } from '../lab.ts';

export interface Injection {
  /** What is broken, for a person: a row of the matrix. */
  name: string;
  /** How often in a round. */
  times: number;
  /** The shortest and the longest time that it lasts. */
  forMs: readonly [number, number];
  /** A process of ours is another one afterwards. */
  restarts?: true;
  /** Resolves when it is in force, with what ends it. `time` counts from 0. */
  begin(lab: Lab, time: number): Promise<() => Promise<unknown>>;
}
