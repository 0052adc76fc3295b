/**
 * `npm run upgrade`: what an upgrade from the previous release (the last of `releases.json`) to this checkout does. Its tests of stores on this
 * checkout's schema, and a rolling change of workers and API while work of every kind is under way. It needs the repository's history.
 * `-- stores` or `-- roll` does one of the two.
 */
import { runOldStoreTests } from './old-store-tests.ts';
import { takePrevious, type Previous } from './previous.ts';
import { roll } from './roll.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
const word = process.argv[2];
const begun = Date.now();
const say = (line: string) => console.log(`${`${Math.round((Date.now() - begun) / 1000)} s`.padStart(6)}  ${line}`);

async function stores(previous: Previous): Promise<boolean> {
  const { passed, failed, left } = await runOldStoreTests(previous, say);
  for (const line of left) say(`left out: ${line}`);
  for (const line of failed) say(`✗ ${line}`);
  say(`stores of ${previous.version} on the new schema: ${passed} passed, ${failed.length} failed`);
  return failed.length === 0 && passed > 0;
}

async function rolling(previous: Previous): Promise<boolean> {
  const outcomes = await roll(previous, say);
  for (const { what, trouble } of outcomes) say(trouble === null ? `✓ ${what}` : `✗ ${what}: ${trouble}`);
  return outcomes.every(({ trouble }) => trouble === null);
}

const previous = takePrevious();
say(`from ${previous.version} (${previous.commit}) to this checkout`);
const parts = { stores, roll: rolling };
const chosen = word === 'stores' || word === 'roll' ? [parts[word]] : Object.values(parts);
const results: boolean[] = [];
for (const part of chosen) results.push(await part(previous));
previous.remove();
process.exitCode = results.every(Boolean) ? 0 : 1;
