/** Installs the packages when they are missing or older than the lock file. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { node, root } from './paths.mjs';
import { mustRun } from './run.mjs';
import { SetupError, step } from './say.mjs';

export async function ensurePackages() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < 20)
    throw new SetupError(`Node ${process.versions.node} is too old: Linkwright needs Node 20 or later (https://nodejs.org).`);
  if (existsSync(node) && areInstalled(root)) return;
  await step('Installing packages (npm ci), about half a minute', (progress) =>
    mustRun('npm', ['ci', '--no-progress', '--loglevel=http'], {
      cwd: root,
      onLine: (line) => progress(/([^/\s]+\.tgz)/.exec(line)?.[1] ?? 'asking the registry'),
    }),
  );
}

/** Whether a folder's packages are there, and not older than its lock file. */
export function areInstalled(folder) {
  // npm writes this file at the end of an install; an interrupted install leaves none.
  const installed = join(folder, 'node_modules/.package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(folder, 'package-lock.json')).mtimeMs;
}
