/** `npm run faults`: breaks a whole stack in every way we know of, and prints what was lost, doubled or stuck. `-- <word>` runs those with the word in their name. */
import { startLab } from './lab.ts';
import { runScenarios } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { isClean, tableOf } from './table.ts';

const word = process.argv[2]?.toLowerCase() ?? '';
const chosen = scenarios.filter(({ name }) => name.toLowerCase().includes(word));
if (chosen.length === 0) throw new Error(`No scenario has "${word}" in its name.`);

const lab = await startLab();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  const results = await runScenarios(lab, chosen, 'full', (sentence) => console.log(sentence));
  console.log(`\n${tableOf(results)}`);
  process.exitCode = isClean(results) ? 0 : 1;
} finally {
  await lab.stop();
}
