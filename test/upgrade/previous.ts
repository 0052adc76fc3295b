/** The code of the release before this one, taken from the repository into a folder inside this checkout, whose packages it uses. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import releases from '../../releases.json' with { type: 'json' };

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Previous {
  version: string;
  /** Its first seven digits. */
  commit: string;
  folder: string;
  remove(): void;
}

export function takePrevious(): Previous {
  const { version, commit } = releases.at(-1)!;
  mkdirSync(join(root, '.linkwright'), { recursive: true });
  const folder = mkdtempSync(join(root, '.linkwright/previous-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const archive = spawnSync('git', ['archive', '--format=tar', commit], { cwd: root, maxBuffer: 1 << 30 });
  if (archive.status !== 0)
    throw new Error(
      `The commit ${commit} of release ${version} is not in this clone: fetch the whole history with \`git fetch --unshallow\`, then start again. Git says: ${String(archive.stderr).trim()}`,
    );
  const unpacked = spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout });
  if (unpacked.status !== 0)
    throw new Error(`The code of release ${version} could not be unpacked: ${String(unpacked.stderr).trim()}`);
  return { version, commit: commit.slice(0, 7), folder, remove };
}
