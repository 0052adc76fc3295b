/** What a fault scenario is, and how many of them are run. */
import type { Lab } from './lab.ts';

export interface Scenario {
  /** What is injected, for a person: the row of the table. */
  name: string;
  /** How often it is injected: in `npm test` (0 leaves it out), and in `npm run faults`. */
  times: { short: number; full: number };
  /**
   * Injects the fault, and leaves the stack whole again: every process that it ended runs. What takes time to recover belongs into
   * `settle`, because those of all scenarios are awaited together.
   */
  inject(lab: Lab, times: number): Promise<Injected>;
}

export interface Injected {
  /** How often the fault was truly injected. */
  injected: number;
  /** Waits until everything has recovered by itself, and then looks from outside. */
  settle(): Promise<Findings>;
}

/** Each finding is a sentence that names what it is about. Empty lists are what we promise. */
export interface Findings {
  /** How many records, events or messages were looked at. */
  checked: number;
  lost: string[];
  doubled: string[];
  stuck: string[];
  /** What is left to a person, visibly, by design. */
  forPerson?: string[];
}

export const nothing = (checked = 0): Findings => ({ checked, lost: [], doubled: [], stuck: [] });

/** The findings of several connections as one. */
export function together(all: Findings[]): Findings {
  return {
    checked: all.reduce((sum, { checked }) => sum + checked, 0),
    lost: all.flatMap(({ lost }) => lost),
    doubled: all.flatMap(({ doubled }) => doubled),
    stuck: all.flatMap(({ stuck }) => stuck),
    forPerson: all.flatMap(({ forPerson = [] }) => forPerson),
  };
}

export interface Result extends Findings {
  name: string;
  injected: number;
  seconds: number;
}

/** Injects one after the other, then awaits the recovery of all: a scenario that fails to inject counts as stuck. */
export async function runScenarios(
  lab: Lab,
  scenarios: Scenario[],
  size: 'short' | 'full',
  say: (sentence: string) => void = () => undefined,
): Promise<Result[]> {
  const results: Promise<Result>[] = [];
  for (const { name, times, inject } of scenarios) {
    if (times[size] === 0) continue;
    const begun = Date.now();
    say(`… ${name}`);
    const injected = await inject(lab, times[size]).catch((error: unknown) => ({
      injected: 0,
      settle: async () => ({ ...nothing(), stuck: [`It could not be injected: ${sentenceOf(error)}`] }),
    }));
    const settled = injected.settle().catch((error: unknown) => ({ ...nothing(), stuck: [sentenceOf(error)] }));
    results.push(
      settled.then((findings) => ({
        ...findings,
        name,
        injected: injected.injected,
        seconds: Math.round((Date.now() - begun) / 1_000),
      })),
    );
  }
  return Promise.all(results);
}

const sentenceOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
