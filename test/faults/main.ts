/**
 * `npm run faults`: breaks a whole stack in every way we know of, and prints what was lost, doubled or stuck. First the scenarios, each
 * at a named point, then the matrix of every operation under every fault.
 * `-- <word>[,<word>]` runs the scenarios and rows with one of the words in their name, `-- matrix [word]` rows alone, `-- soak [minutes]` the soak.
 * `FAULTS_SEED` repeats the moments of a run.
 */
import { injections } from './injections/index.ts';
import { startLab } from './lab.ts';
import { matrixTable } from './matrix-table.ts';
import { runMatrix } from './matrix.ts';
import { trendText } from './memory.ts';
import { runScenarios, type Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { runSoak } from './soak.ts';
import { isClean, tableOf } from './table.ts';
import { isCleanRound } from './totals.ts';

const [first = '', second = ''] = process.argv.slice(2).map((word) => word.toLowerCase());
const word = first === 'matrix' ? second : first;
const named = <T extends { name: string }>(all: T[]) =>
  all.filter(({ name }) => word.split(',').some((part) => name.toLowerCase().includes(part)));
const chosen = { scenarios: first === 'matrix' ? [] : named(scenarios), rows: named(injections) };
if (first !== 'soak' && chosen.scenarios.length + chosen.rows.length === 0)
  throw new Error(`No scenario and no row has "${word}" in its name.`);
const seed = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const say = (sentence: string) => console.log(sentence);
const areClean =
  first === 'soak' ? [await soak(Number(second || 30))] : [await allScenarios(chosen.scenarios), await wholeMatrix()];
process.exitCode = areClean.every(Boolean) ? 0 : 1;

async function allScenarios(some: Scenario[]): Promise<boolean> {
  if (some.length === 0) return true;
  const lab = await startLab();
  try {
    const results = await runScenarios(lab, some, 'full', say);
    say(`\n${tableOf(results)}\n`);
    return isClean(results);
  } finally {
    await lab.stop();
  }
}

async function wholeMatrix(): Promise<boolean> {
  if (chosen.rows.length === 0) return true;
  say(`The matrix, seed ${seed}`);
  const rounds = await runMatrix(chosen.rows, seed, say);
  say(`\n${matrixTable(rounds, seed)}`);
  return rounds.every(isCleanRound);
}

async function soak(minutes: number): Promise<boolean> {
  say(`A soak of ${minutes} minutes, seed ${seed}`);
  const { checked, lost, doubled, stuck, forPerson = [], faults, memory } = await runSoak(minutes, seed, say);
  const counted = [...faults].map(([name, times]) => `    ${times}× ${name}`);
  say(['', 'Faults that came:', ...counted, `${checked} things looked at.`].join('\n'));
  say(`Lost ${lost.length}, doubled ${doubled.length}, stuck ${stuck.length}; left to a person, visibly: ${forPerson.length}.`);
  for (const [kind, sentences] of Object.entries({ lost, doubled, stuck, 'for a person': forPerson }))
    for (const sentence of sentences.slice(0, 20)) say(`${kind}: ${sentence}`);
  for (const [name, trend] of Object.entries(memory)) say(trendText(name, trend));
  const isFlat = Object.values(memory).every((trend) => trend === null || trend.isFlat);
  return isFlat && lost.length + doubled.length + stuck.length === 0;
}
