/** What was measured: a figure of every round, its floors from the same rounds, and what it should reach. */
import type { Stack } from '../test/harness/stack.ts';
import { median, rounded } from './statistics.ts';

export interface Goal {
  /** Such as `>= 0.7 x`, beside the floor that it names. */
  wanted: string;
  /** `null` is the figure itself. */
  floor: string | null;
  isMet: boolean;
}

export interface Figure {
  name: string;
  unit: string;
  rounds: number[];
  median: number;
  floors: {
    name: string;
    rounds: number[];
    median: number;
    /** Median of the rounds' ratios, ours to the floor's. */ ratio: number;
  }[];
  goals: Goal[];
}

/** `atLeast` and `atMost` are about the ratio to `floor`, or about the figure itself where none is named. */
export type Wish = { floor?: string; atLeast: number } | { floor?: string; atMost: number };

export function figure(
  name: string,
  unit: string,
  rounds: number[],
  { floors = {}, wishes = [] }: { floors?: Record<string, number[]>; wishes?: Wish[] } = {},
): Figure {
  const beside = Object.entries(floors).map(([floor, values]) => ({
    name: floor,
    rounds: values.map(rounded),
    median: rounded(median(values)),
    ratio: rounded(median(values.map((value, round) => rounds[round]! / value))),
  }));
  const ours = median(rounds);
  const goals = wishes.map((wish): Goal => {
    const floor = wish.floor ?? null;
    const reached = floor === null ? ours : beside.find((one) => one.name === floor)!.ratio;
    const unitOfGoal = floor === null ? '' : ' x';
    return 'atLeast' in wish
      ? { wanted: `>= ${wish.atLeast}${unitOfGoal}`, floor, isMet: reached >= wish.atLeast }
      : { wanted: `<= ${wish.atMost}${unitOfGoal}`, floor, isMet: reached <= wish.atMost };
  });
  return { name, unit, rounds: rounds.map(rounded), median: rounded(ours), floors: beside, goals };
}

/** What every part is given. */
export interface Bench {
  stack: Stack;
  rounds: number;
  /** Small sizes, for a try; its figures are worth nothing. */
  quick: boolean;
  say(line: string): void;
}

export interface Part {
  name: string;
  /** Which processes work at the same time while it measures. */
  shares: string;
  measure(bench: Bench): Promise<Figure[]>;
}

/** Something was lost or doubled: no figure counts then. */
export class Incorrect extends Error {}
