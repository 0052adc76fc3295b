/** Something the engine does for people, kept under way while a fault comes and goes. */
import type { Lab } from '../lab.ts';
import type { Findings } from '../scenario.ts';

export interface Operation {
  /** A column of the matrix. */
  name: string;
  /** Sets a scene of its own while all is well. */
  prepare(lab: Lab): Promise<Underway>;
}

export interface Underway {
  /**
   * Keeps it going until the turn is over. Nobody helps it but those who would in life: a sender that comes again, a person who asks
   * again. It outlives any fault: what nobody answers is asked again, or left to `settle`.
   */
  run(turn: Turn): Promise<void>;
  /** Where it stands, in a word or two. */
  phase(): string;
  /** Waits until all has recovered by itself, or by what a person was asked to do, and then looks from outside. */
  settle(): Promise<Findings>;
}

export interface Turn {
  readonly isOver: boolean;
  /** Ends early when the turn is over. */
  rest(ms: number): Promise<void>;
}
