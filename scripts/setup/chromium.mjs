/** The browser that tests click in: `CHROMIUM`, one that the system has, or Debian's. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { mustRun } from './run.mjs';
import { SetupError, step } from './say.mjs';

export async function findChromium() {
  const found = process.env.CHROMIUM || inPath();
  if (found) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new SetupError(
      'The tests of the console need Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM to its program.',
    );
  await step('Installing Chromium for the tests', async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await mustRun('apt-get', ['update', '-q'], { env });
    await mustRun('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env });
  });
  return inPath();
}

function inPath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const programs = folders.flatMap((folder) =>
    ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)),
  );
  return programs.find((program) => existsSync(program));
}
