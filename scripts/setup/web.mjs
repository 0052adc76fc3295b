/** Builds the console when what it is made of has changed since. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { areInstalled } from './packages.mjs';
import { node, root } from './paths.mjs';
import { mustRun } from './run.mjs';
import { step } from './say.mjs';

const web = join(root, 'web');
const stamp = join(web, 'dist/.built-from');

export async function ensureWeb() {
  const sources = hashOf(['package-lock.json', 'index.html', 'vite.config.ts', 'src']);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === sources) return;
  await ensureWebPackages();
  await step('Building the console', () => mustRun(node, [join(web, 'node_modules/vite/bin/vite.js'), 'build'], { cwd: web }));
  writeFileSync(stamp, sources);
}

export async function ensureWebPackages() {
  if (areInstalled(web)) return;
  await step('Installing the packages of the console', () =>
    mustRun('npm', ['ci', '--no-progress', '--ignore-scripts'], { cwd: web }),
  );
}

/** Of contents, not of times: a fresh clone has none that mean anything. The types that are made from the API change no build. */
function hashOf(names) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).toSorted()) add(join(path, name));
    else if (!path.endsWith('schema.d.ts')) hash.update(path.slice(web.length)).update(readFileSync(path));
  };
  for (const name of names) add(join(web, name));
  return hash.digest('hex');
}
