/** What is made once for all test files and kept between runs. Its name is its sources' hash, so it is never stale. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'node_modules/.cache/linkwright-tests');

interface Kept {
  /** The file's name begins so; what other sources have made under it is removed. */
  name: string;
  /** Files, and folders whose own files count, from the repository's root. */
  sources: string[];
  make(): Promise<string>;
}

export async function kept({ name, sources, make }: Kept): Promise<string> {
  const file = `${name}-${await hashOf(sources)}`;
  const text = await readFile(join(cache, file), 'utf8').catch(() => null);
  if (text !== null) return text;
  const made = await make();
  await mkdir(cache, { recursive: true });
  // Written aside and renamed: another test file may read it this very moment.
  await writeFile(join(cache, `${file}.${process.pid}`), made);
  await rename(join(cache, `${file}.${process.pid}`), join(cache, file));
  const older = (await readdir(cache)).filter((other) => other.startsWith(`${name}-`) && !other.startsWith(file));
  await Promise.all(older.map((other) => rm(join(cache, other), { force: true })));
  return made;
}

async function hashOf(sources: string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of [...sources, 'package-lock.json']) {
    const isFolder = (await stat(join(root, source))).isDirectory();
    const names = isFolder ? (await readdir(join(root, source), { withFileTypes: true })).filter((entry) => entry.isFile()) : [];
    const paths = isFolder ? names.map((entry) => join(source, entry.name)).toSorted() : [source];
    for (const path of paths) hash.update(path).update(await readFile(join(root, path)));
  }
  return hash.digest('hex').slice(0, 16);
}
