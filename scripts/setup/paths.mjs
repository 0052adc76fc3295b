/** Where things are: the repository, the data of this clone, and the cache that all clones of this user share. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { accessSync, constants } from 'node:fs';

export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
/** Databases, keys and logs of this clone. */
export const home = resolve(process.env.LINKWRIGHT_HOME || join(root, '.linkwright'));
/** Big things that are made once: the Temporal binary, the second MySQL of the tests. */
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'linkwright');
/** The Node that the product runs on, from package.json; there only once the packages are installed. */
export const node = join(root, 'node_modules/.bin/node');
/** Names what belongs to this clone where names are shared, such as Docker's containers. */
export const homeId = createHash('sha256').update(home).digest('hex').slice(0, 8);

/** Debian keeps servers out of a user's PATH. */
const folders = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
  '/opt/homebrew/bin',
];

/** The first of these programs that this machine has. */
export function findProgram(...names) {
  for (const name of names)
    for (const folder of folders) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        continue;
      }
    }
  return undefined;
}
