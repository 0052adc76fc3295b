/** The previous release's own tests of its stores, with its code, on databases that this checkout's migrations have made. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, type Previous } from './previous.ts';

// Plain JavaScript, for any Node: its shapes are said here.
const setup = new URL('../../scripts/setup/', import.meta.url).href;
interface Processes {
  stop(options: { isQuiet: boolean }): Promise<void>;
}
const { createProcesses } = (await import(`${setup}processes.mjs`)) as {
  createProcesses(options: { logFolder: string; onGiveUp(sentence: string): void }): Processes;
};
const { startTestServers } = (await import(`${setup}test-servers.mjs`)) as {
  startTestServers(processes: Processes, folder: string): Promise<{ urls: string[]; temporalCli: string; remove(): void }>;
};

/** What does not speak of stores on the schema. */
const leftOut: Record<string, string> = {
  'migrate.test.ts': 'tests the migrations of that release',
  'backup.test.ts': 'tests dumping and restoring a server',
  'tls.test.ts': 'tests connections to a server',
};
/** Tests that compare that release's lists with the whole schema: a table that came later is in no old list. */
const listTests = ['knows every table', 'knows every column', 'are of tables that a rotation knows'];

export interface StoreTests {
  passed: number;
  failed: string[];
  left: string[];
}

export async function runOldStoreTests({ folder }: Previous, say: (line: string) => void): Promise<StoreTests> {
  const harness = join(folder, 'test/harness/mysql.ts');
  const source = readFileSync(harness, 'utf8');
  const onNewSchema = source.replace(`'../../db/migrate.ts'`, `'${join(root, 'db/migrate.ts')}'`);
  if (onNewSchema === source) throw new Error(`The old harness no longer migrates where it did: look at ${harness}.`);
  writeFileSync(harness, onNewSchema);

  const scratch = mkdtempSync(join(tmpdir(), 'linkwright-upgrade-'));
  const processes = createProcesses({ logFolder: join(scratch, 'logs'), onGiveUp: say });
  let servers: Awaited<ReturnType<typeof startTestServers>> | undefined;
  try {
    servers = await startTestServers(processes, scratch);
    const report = join(scratch, 'jest.json');
    const tests = readdirSync(join(folder, 'test/db')).filter((name) => name.endsWith('.test.ts') && !(name in leftOut));
    await jest(folder, report, tests, {
      LINKWRIGHT_TEST_MYSQL_URLS: servers.urls.join(','),
      LINKWRIGHT_TEST_TEMPORAL_CLI: servers.temporalCli,
    });
    return resultOf(report);
  } finally {
    await processes.stop({ isQuiet: true });
    servers?.remove();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function jest(cwd: string, report: string, tests: string[], env: NodeJS.ProcessEnv): Promise<void> {
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const args = [...flags, join(root, 'node_modules/jest/bin/jest.js'), '--json', `--outputFile=${report}`, '--silent'];
  const child = spawn(process.execPath, [...args, ...tests.map((name) => `test/db/${name}`)], {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'ignore',
  });
  await new Promise((resolve) => child.once('close', resolve));
}

interface Report {
  testResults: {
    name: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

function resultOf(file: string): StoreTests {
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const isOfLists = ({ fullName }: { fullName: string }) => listTests.some((words) => fullName.includes(words));
  const red = tests.filter(({ status }) => status === 'failed');
  const unread = testResults.filter(({ assertionResults, message }) => assertionResults.length === 0 && message !== '');
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: [
      ...red
        .filter((test) => !isOfLists(test))
        .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.split('\n')[0]}`),
      ...unread.map(({ name, message }) => `${name}: ${message.slice(0, 500)}`),
    ],
    left: [
      ...Object.entries(leftOut).map(([name, why]) => `${name} ${why}`),
      ...red.filter(isOfLists).map(({ fullName }) => fullName),
    ],
  };
}
