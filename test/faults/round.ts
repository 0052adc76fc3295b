/** One fault while everything is under way at once: a row of the matrix. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Injection } from './injections/injection.ts';
import { brokenInvariants } from './invariants.ts';
import type { Lab } from './lab.ts';
import type { Operation, Turn, Underway } from './operations/operation.ts';
import { nothing, type Findings } from './scenario.ts';

/** What came of one operation under one fault. */
export interface Cell extends Findings {
  operation: string;
  /** Where the operation stood each time when the fault began. */
  phases: string[];
}

export interface Round {
  injection: string;
  /** Seconds after the operations began, each time. */
  atS: number[];
  lastedS: number[];
  cells: Cell[];
  /** What the whole engine is asked: see `invariants.ts`. */
  stuck: string[];
  seconds: number;
}

export interface Prepared {
  operation: Operation;
  underway: Underway;
}

const triesMax = 3;
const tryAgainAfterMs = 5_000;

/** A scene that is set while an earlier fault is still recovered from may fail: it is set anew. */
export const prepareAll = (lab: Lab, operations: Operation[]): Promise<Prepared[]> =>
  Promise.all(operations.map(async (operation) => ({ operation, underway: await prepare(lab, operation) })));

async function prepare(lab: Lab, operation: Operation): Promise<Underway> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await operation.prepare(lab);
    } catch (error) {
      if (tries === triesMax)
        throw new Error(`The scene of "${operation.name}" could not be set: ${wordsOf(error)}`, { cause: error });
      await sleep(tryAgainAfterMs);
    }
  }
}

const calmMs = [1_500, 5_000] as const;
const between = (random: () => number, [least, most]: readonly [number, number]) => least + random() * (most - least);

/** `random` decides when the fault comes and how long it stays; `onOver` is called when nothing but recovery is left. */
export async function runRound(
  lab: Lab,
  injection: Injection,
  prepared: Prepared[],
  random: () => number,
  onOver: () => void = () => undefined,
): Promise<Omit<Round, 'seconds'>> {
  const since = new Date();
  const { turn, end } = startTurn();
  const begun = performance.now();
  const secondsNow = () => Math.round((performance.now() - begun) / 100) / 10;
  const running = prepared.map(({ underway }) => sentenceOf(underway.run(turn)));
  const round = { injection: injection.name, atS: [] as number[], lastedS: [] as number[] };
  const phases: string[][] = prepared.map(() => []);
  const stuck: string[] = [];
  try {
    for (let time = 0; time < injection.times; time += 1) {
      await sleep(between(random, calmMs));
      for (const [place, { underway }] of prepared.entries()) phases[place]!.push(underway.phase());
      const atS = secondsNow();
      const stop = await injection.begin(lab, time);
      await sleep(between(random, injection.forMs));
      await stop();
      round.atS.push(atS);
      round.lastedS.push(Math.round((secondsNow() - atS) * 10) / 10);
    }
    await sleep(calmMs[0]);
  } catch (error) {
    stuck.push(`It could not be injected: ${wordsOf(error)}`);
  }
  end();
  onOver();
  const cells = await Promise.all(
    prepared.map(async ({ operation, underway }, place): Promise<Cell> => {
      const failed = await running[place];
      const findings = await underway.settle().catch((error: unknown) => ({ ...nothing(), stuck: [wordsOf(error)] }));
      if (failed) findings.stuck.push(failed);
      return { operation: operation.name, phases: phases[place]!, ...findings };
    }),
  );
  stuck.push(...(await brokenInvariants(lab, since).catch((error: unknown) => [wordsOf(error)])));
  return { ...round, cells, stuck };
}

/** A turn, and what ends it. */
export function startTurn(): { turn: Turn; end(): void } {
  const over = new AbortController();
  return {
    turn: {
      get isOver() {
        return over.signal.aborted;
      },
      rest: (ms) => sleep(Math.min(ms, 2 ** 31 - 1), undefined, { signal: over.signal }).catch(() => undefined),
    },
    end: () => over.abort(),
  };
}

const sentenceOf = (work: Promise<void>) =>
  work.then(
    () => undefined,
    (error: unknown) => wordsOf(error),
  );
export const wordsOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
