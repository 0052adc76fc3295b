/** The workflow bundle, made once for all test files: bundling takes seconds. Its name is its sources' hash, so it is never stale. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { WorkflowBundle } from '@temporalio/worker';
import { bundleWorkflows } from '../../workers/worker.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/linkwright-tests');

export async function workflowBundle(): Promise<WorkflowBundle> {
  const name = `workflows-${await hashOfSources()}.js`;
  await mkdir(cache, { recursive: true });
  for (const other of await readdir(cache)) if (/^workflows-.*\.js$/.test(other) && other !== name) await rm(join(cache, other));
  try {
    return { code: await readFile(join(cache, name), 'utf8') };
  } catch {
    const bundle = await bundleWorkflows();
    // Written aside and renamed: another test file may read it this very moment.
    await writeFile(join(cache, `${name}.${process.pid}`), bundle.code);
    await rename(join(cache, `${name}.${process.pid}`), join(cache, name));
    return bundle;
  }
}

async function hashOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const room of ['workflows', 'domain'])
    for (const file of (await readdir(join(root, room))).toSorted())
      hash.update(file).update(await readFile(join(root, room, file)));
  return hash
    .update(await readFile(join(root, 'package-lock.json')))
    .digest('hex')
    .slice(0, 16);
}
