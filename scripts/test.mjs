/**
 * `npm test`: sets up its own throw-away servers, then types, lint, format, README's table, known weaknesses of packages and all tests. The last line is
 * `N passed, N failed`: each test and each check counts as one. `npm test -- <path>` runs the tests of that path alone.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { auditPackages } from './setup/audit.mjs';
import { findChromium } from './setup/chromium.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { node, root } from './setup/paths.mjs';
import { createProcesses } from './setup/processes.mjs';
import { run, stopRuns } from './setup/run.mjs';
import { duration, say } from './setup/say.mjs';
import { startTestServers } from './setup/test-servers.mjs';
import { ensureWeb, ensureWebPackages } from './setup/web.mjs';

const jestArgs = process.argv.slice(2);
const started = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'linkwright-test-'));
const processes = createProcesses({ logFolder: join(folder, 'logs'), onGiveUp: (sentence) => say(`\n${sentence}`) });
const count = { passed: 0, failed: 0 };
let servers;
let chromium;
let isStopping = false;

async function finish() {
  if (isStopping) return;
  isStopping = true;
  await processes.stop({ isQuiet: true });
  servers?.remove();
  rmSync(folder, { recursive: true, force: true });
  say(`\nAfter ${duration(Date.now() - started)}:`);
  process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`, () => process.exit(count.failed === 0 ? 0 : 1));
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (!isStopping) count.failed += 1;
    stopRuns();
    finish().catch((error) => say(error.message));
  });

async function check(title, script, ...args) {
  const begun = Date.now();
  const { code, output } = await run(node, [join(root, script), ...args], { cwd: root });
  if (isStopping) return;
  count[code === 0 ? 'passed' : 'failed'] += 1;
  say(`${code === 0 ? '✓' : '✗'} ${title.padEnd(26)} ${duration(Date.now() - begun)}`);
  if (code !== 0) say(output.trimEnd());
}

async function checkPackages() {
  const { isSound, sentence } = await auditPackages();
  if (isStopping) return;
  count[isSound ? 'passed' : 'failed'] += 1;
  say(`${isSound ? '✓' : '✗'} ${'packages (npm audit)'.padEnd(26)} ${sentence}`);
}

/** In two lanes, because some of them use one processor alone. */
async function checkAll() {
  await ensureWebPackages();
  const apiTypes = check('types of the API for web', 'scripts/api-types.ts');
  await Promise.all([
    (async () => {
      await check('types (tsc)', 'node_modules/typescript/bin/tsc');
      await apiTypes;
      await check('types of web (tsc)', 'web/node_modules/typescript/bin/tsc', '-p', join(root, 'web'));
      await check('lint (oxlint)', 'node_modules/oxlint/bin/oxlint', '--deny-warnings');
    })(),
    (async () => {
      await apiTypes;
      await check('format (prettier)', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.');
      await check("README's variables", 'scripts/config-table.ts', '--check');
      await checkPackages();
    })(),
  ]);
}

async function jest() {
  const report = join(folder, 'jest.json');
  const jestMain = join(root, 'node_modules/jest/bin/jest.js');
  // Each test file loads thousands of modules: in a larger nursery most of what that leaves is never copied.
  const nodeArgs = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'];
  const { code } = await run(node, [...nodeArgs, jestMain, '--json', `--outputFile=${report}`, ...jestArgs], {
    cwd: root,
    show: true,
    env: {
      ...process.env,
      LINKWRIGHT_TEST_MYSQL_URLS: servers.urls.join(','),
      LINKWRIGHT_TEST_TEMPORAL_CLI: servers.temporalCli,
      LINKWRIGHT_TEST_CHROMIUM: chromium,
    },
  });
  if (isStopping) return;
  const {
    numPassedTests = 0,
    numFailedTests = 0,
    numRuntimeErrorTestSuites = 0,
  } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
  count.passed += numPassedTests;
  count.failed += numFailedTests + numRuntimeErrorTestSuites;
  // A runner that fails without a failed test (nothing matched, it crashed) is a failure all the same.
  if (code !== 0 && numFailedTests + numRuntimeErrorTestSuites === 0) count.failed += 1;
}

try {
  say('Setting up');
  await ensurePackages();
  await ensureWeb();
  chromium = await findChromium();
  servers = await startTestServers(processes, folder);
  say(`  set up in ${duration(Date.now() - started)}\n`);
  if (jestArgs.length === 0) await checkAll();
  await jest();
} catch (error) {
  if (!isStopping) {
    count.failed += 1;
    say(`\n${error.message}`);
  }
}
await finish();
