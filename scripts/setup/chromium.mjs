/**
 * The browser that tests click in: `CHROMIUM`, one that the system has, or Debian's. The one without windows is preferred: the same engine
 * for a quarter less of the processors.
 */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { aptGet } from './apt.mjs';
import { SetupError, step } from './say.mjs';

const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

export async function findChromium() {
  const found = process.env.CHROMIUM || inPath();
  if (found) return found;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new SetupError(
      'The tests of the console need Chromium: install it (Debian: apt-get install chromium-headless-shell), or set CHROMIUM to its program.',
    );
  await step('Installing Chromium for the tests', async () => {
    const install = (name) => aptGet(['install', '-y', '-q', '--no-install-recommends', name]);
    await aptGet(['update', '-q']);
    // Older systems have the one with windows alone.
    await install('chromium-headless-shell').catch(() => install('chromium'));
  });
  return inPath();
}

function inPath() {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((program) => existsSync(program));
}
