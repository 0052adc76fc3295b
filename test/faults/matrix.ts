/** Every operation under every fault: rounds on stacks of their own, a few on each, so that none is slowed by what the others left. */
import type { Injection } from './injections/injection.ts';
import { trafficMib } from './injections/disk.ts';
import { keepLines } from './keep-lines.ts';
import { startLab, type Lab } from './lab.ts';
import { operations } from './operations/index.ts';
import { seeded } from './random.ts';
import { prepareAll, runRound, wordsOf, type Prepared, type Round } from './round.ts';
import { isCleanRound, totalsOf } from './totals.ts';

const roundsOfAStack = 6;

/** `seed` and a row's own name decide when its faults come: the row by itself has them at the same moments. */
export async function runMatrix(injections: Injection[], seed: number, say: (sentence: string) => void): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let first = 0; first < injections.length; first += roundsOfAStack) {
    const some = injections.slice(first, first + roundsOfAStack);
    const lab = await startLab({ withLinks: true, trafficMib }).catch((error: unknown) => wordsOf(error));
    if (typeof lab === 'string') {
      rounds.push(...some.map((injection) => failedRound(injection, `There was no stack: ${lab}`)));
      continue;
    }
    try {
      rounds.push(...(await runRounds(lab, some, seed, say)));
    } finally {
      await lab.stop();
    }
  }
  return rounds;
}

async function runRounds(lab: Lab, injections: Injection[], seed: number, say: (sentence: string) => void): Promise<Round[]> {
  const rounds: Round[] = [];
  let next: Promise<Prepared[]> | undefined;
  for (const [place, injection] of injections.entries()) {
    const begun = Date.now();
    say(`… ${injection.name}`);
    const prepared = next ?? prepareAll(lab, operations);
    next = undefined;
    const random = seeded(seed + sumOf(injection.name));
    const run = async () =>
      runRound(lab, injection, await prepared, random, () => {
        // The next scene is set while this one recovers.
        next = place + 1 < injections.length ? prepareAll(lab, operations) : undefined;
        next?.catch(() => undefined); // told when it is awaited
      });
    const round = await run().catch((error: unknown) => failedRound(injection, wordsOf(error)));
    const whole = { ...round, seconds: Math.round((Date.now() - begun) / 1_000) };
    const { checked, forPerson } = totalsOf([whole]);
    const verdict = isCleanRound(whole) ? 'clean' : 'NOT CLEAN';
    say(`    ${verdict} after ${whole.seconds} s: ${checked} things looked at, ${forPerson} left to a person`);
    for (const sentence of sentencesOf(whole)) say(`    ${sentence}`);
    if (!isCleanRound(whole)) say(`    what the processes said: ${keepLines(lab, whole.injection)}`);
    rounds.push(whole);
  }
  return rounds;
}

/** One row that cannot be had leaves the others to be run. */
const failedRound = ({ name }: Injection, why: string): Round => ({
  injection: name,
  atS: [],
  lastedS: [],
  cells: [],
  stuck: [why],
  seconds: 0,
});

const sumOf = (text: string) => [...text].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_000;

/** Each finding of a round in words. */
export function sentencesOf({ injection, cells, stuck }: Round): string[] {
  return [
    ...cells.flatMap(({ operation, lost, doubled, stuck: stopped, forPerson = [] }) =>
      Object.entries({ lost, doubled, stuck: stopped, 'for a person': forPerson }).flatMap(([kind, sentences]) =>
        sentences.map((sentence) => `${kind}: ${injection}: ${operation}: ${sentence}`),
      ),
    ),
    ...stuck.map((sentence) => `stuck: ${injection}: ${sentence}`),
  ];
}
