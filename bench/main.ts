/**
 * `npm run bench`: measures the hot paths on servers of its own, each figure beside its floor from the same run, and prints a table.
 * A whole run is kept in `results/latest.json`. `npm run bench -- ingest sync` measures these parts alone, `--quick` is a try with
 * small sizes; neither is kept. A missed goal is said and is no failure; a lost or doubled row is one.
 */
import { writeFileSync } from 'node:fs';
import { startStack } from '../test/harness/stack.ts';
import { card } from './card.ts';
import { deals } from './deals.ts';
import { drain } from './drain.ts';
import { Incorrect, type Figure, type Part } from './figure.ts';
import { ingest } from './ingest.ts';
import { describeMachine } from './machine.ts';
import { mapping } from './mapping.ts';
import { reads } from './reads.ts';
import { drawTable } from './report.ts';
import { sync } from './sync.ts';
import { temporalCost } from './temporal-cost.ts';
import { tracing } from './tracing.ts';

const parts: Part[] = [ingest, tracing, sync, deals, mapping, drain, card, reads, temporalCost];

const named = process.argv.slice(2).filter((argument) => argument !== '--quick');
const quick = process.argv.includes('--quick');
const unknown = named.find((name) => !parts.some((part) => part.name === name));
if (unknown) {
  console.error(`There is no part "${unknown}"; there are: ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const chosen = named.length === 0 ? parts : parts.filter(({ name }) => named.includes(name));
const isWhole = named.length === 0 && !quick;

const say = (line: string) => console.log(line);
const begun = Date.now();
say('Starting the stack');
const stack = await startStack({ durable: true });
let stopping: Promise<void> | undefined;
const stop = () => (stopping ??= stack.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop().then(() => process.exit(130)));

try {
  const machine = await describeMachine(stack);
  const rounds = quick ? 1 : 3;
  const measured: { name: string; shares: string; figures: Figure[] }[] = [];
  for (const { name, shares, measure } of chosen) {
    say(`\n${name}: the ${machine.cores} cores are shared by ${shares}.`);
    const figures = await measure({ stack, rounds, quick, say });
    measured.push({ name, shares, figures });
    say(`\n${drawTable(figures)}`);
  }
  const minutes = ((Date.now() - begun) / 60_000).toFixed(1);
  say(`\n${Object.values(machine).join(' · ')}\n${rounds} rounds, medians; ${minutes} minutes.`);
  if (isWhole) {
    const file = new URL('results/latest.json', import.meta.url);
    const result = { measuredAt: new Date(begun).toISOString(), machine, rounds, parts: measured };
    writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
    say('Kept in bench/results/latest.json.');
  }
} catch (error) {
  if (!(error instanceof Incorrect)) throw error;
  console.error(`\nIncorrect: ${error.message}`);
  process.exitCode = 1;
} finally {
  await stop();
}
