/**
 * `npm run screenshots`, beside a running `npm start`: tells the demonstration, leaves one connection broken and one half set up, and
 * takes every page at two widths, light and dark, into docs/screens/.
 */
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { readDevelopment } from './development.ts';
import { pagesOf } from './screenshots/pages.ts';
import { setStage } from './screenshots/stage.ts';
import { takeAll } from './screenshots/take.ts';
import { findChromium } from './setup/chromium.mjs';

const folder = fileURLToPath(new URL('../docs/screens/', import.meta.url));
const started = Date.now();
await mkdir(folder, { recursive: true });
const development = await readDevelopment();
const stage = await setStage({ ...development, say: (chapter, outcome) => console.log(`✔ ${chapter.padEnd(11)} ${outcome}`) });
const browser = await chromium.launch({
  executablePath: await findChromium(),
  args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
});
try {
  const taken = await takeAll({ browser, folder, apiUrl: development.apiUrl, pages: pagesOf(stage), linkOf: stage.linkOf });
  console.log(`\n${taken} screenshots in ${folder}, in ${Math.round((Date.now() - started) / 1_000)} s.`);
} finally {
  await browser.close();
  await stage.clear();
}
