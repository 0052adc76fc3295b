import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = resolve(import.meta.dirname, '../..');
/** The machine may be busy with the other tests. */
const readyWithinMs = 120_000;

interface Start {
  child: ChildProcess;
  output(): string;
  ended: Promise<number | null>;
}
interface Running {
  processes: { name: string; pid: number }[];
}

let home: string;
let current: Start | undefined;

/** `npm start` with a data folder of its own; the servers that `npm test` gives are taken out of its sight. */
function start(env: NodeJS.ProcessEnv = {}): Start {
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TEMPORAL_CLI: process.env.LINKWRIGHT_TEST_TEMPORAL_CLI,
      LINKWRIGHT_HOME: home,
      ...env,
    },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((done) => child.once('close', done));
  current = { child, output: () => output, ended };
  return current;
}

async function untilReady({ output, child }: Start): Promise<string> {
  const deadline = Date.now() + readyWithinMs;
  // Its last words: the addresses come before them, and after "is ready".
  while (!output().includes('Stop: Ctrl-C')) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`npm start did not become ready:\n${output()}`);
    await sleep(100);
  }
  return /API +(http:\S+)/.exec(output())![1]!;
}

const running = async () => (JSON.parse(await readFile(join(home, 'running.json'), 'utf8')) as Running).processes;
const keptKey = async () => (JSON.parse(await readFile(join(home, 'dev.json'), 'utf8')) as { adminKey: string }).adminKey;

const { processIdentity } = (await import(`${root}/scripts/setup/identity.mjs`)) as {
  processIdentity(pid: number): string | undefined;
};
const isAlive = (pid: number) => processIdentity(pid) !== undefined;

async function companiesSeenWith(apiUrl: string, key: string): Promise<string[]> {
  const answer = await fetch(`${apiUrl}/v1/companies`, { headers: { authorization: `Bearer ${key}` } });
  return ((await answer.json()) as { items: { id: string }[] }).items.map(({ id }) => id);
}

/** What the Temporal UI is told of its codec, and what that answers to the UI's page and to another page. */
async function seesTemporalUiOpened(output: string): Promise<void> {
  const uiUrl = /Temporal UI +(http:\S+)/.exec(output)![1]!;
  const settings = (await (await fetch(`${uiUrl}/api/v1/settings`)).json()) as { Codec: { Endpoint: string } };
  const payloads = [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data: 'MQ==' }];
  const ask = (origin: string) =>
    fetch(`${settings.Codec.Endpoint}/decode`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json', 'x-namespace': 'default' },
      body: JSON.stringify({ payloads }),
    });
  const answer = await ask(uiUrl);
  expect([answer.headers.get('access-control-allow-origin'), await answer.json()]).toEqual([uiUrl, { payloads }]);
  expect((await ask('http://evil.test')).status).toBe(403);
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'linkwright-start-'));
});
afterAll(async () => {
  if (current?.child.exitCode === null && current.child.signalCode === null) {
    current.child.kill('SIGTERM');
    await current.ended;
  }
  await rm(home, { recursive: true, force: true });
});

describe('npm start', () => {
  let companies: string[];

  it('brings up everything, keeps its secrets to their owner, and names its addresses', async () => {
    const first = start();
    const apiUrl = await untilReady(first);
    expect((await running()).map(({ name }) => name).toSorted()).toEqual(['api', 'mysql', 'sandbox', 'temporal', 'workers']);
    expect(first.output()).toContain(await keptKey());
    for (const file of ['dev.json', 'master.key', 'mysql/password']) expect((await stat(join(home, file))).mode & 0o077).toBe(0);
    companies = await companiesSeenWith(apiUrl, await keptKey());
    expect(companies).toHaveLength(1);
    await seesTemporalUiOpened(first.output());
  }, 180_000);

  it('says so when it is started a second time beside a running one', async () => {
    const first = current!;
    const second = start();
    current = first;
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain('runs already');
    expect(second.output()).toMatch(/API +http:\/\/127\.0\.0\.1:\d+/);
    expect((await running()).every(({ pid }) => isAlive(pid))).toBe(true);
  });

  it('starts a killed worker again and says which one died', async () => {
    const { output } = current!;
    const worker = (await running()).find(({ name }) => name === 'workers')!;
    process.kill(worker.pid, 'SIGKILL');
    for (let waited = 0; waited < 60_000 && !output().includes('workers is back'); waited += 100) await sleep(100);
    expect(output()).toContain('workers died (ended by SIGKILL)');
    expect((await running()).find(({ name }) => name === 'workers')!.pid).not.toBe(worker.pid);
  });

  it('ends what a start that was killed left behind, and finds the data again', async () => {
    const left = await running();
    current!.child.kill('SIGKILL');
    await current!.ended;
    expect(left.filter(({ pid }) => isAlive(pid)).length).toBeGreaterThan(0);
    const again = start();
    const apiUrl = await untilReady(again);
    expect(left.filter(({ pid }) => isAlive(pid))).toEqual([]);
    expect(again.output()).toContain('The last start was killed');
    expect(again.output()).not.toContain('First admin key');
    expect(await companiesSeenWith(apiUrl, await keptKey())).toEqual(companies);
  }, 180_000);

  it('stops everything that it started at Ctrl-C, pressed twice, with exit code 0', async () => {
    const { child, ended, output } = current!;
    const started = await running();
    child.kill('SIGINT');
    await sleep(100);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(started.filter(({ pid }) => isAlive(pid))).toEqual([]);
    const stopped = [...output().matchAll(/stopping (\S+)/g)].map(([, name]) => name);
    expect(stopped.indexOf('workers')).toBeLessThan(stopped.indexOf('temporal'));
    expect(stopped.indexOf('api')).toBeLessThan(stopped.indexOf('mysql'));
  });

  it('does not put a new master key in the place of one that was lost', async () => {
    const [file, aside] = [join(home, 'master.key'), join(home, 'aside.key')];
    await rename(file, aside);
    const { ended, output } = start();
    expect(await ended).toBe(1);
    expect(output()).toContain(`There is no master key in ${file}, and the data was sealed with one`);
    expect(output()).toMatch(/The data keys are wrapped with the master key \S+, .* Nothing was changed\./);
    await expect(stat(file)).rejects.toThrow('ENOENT');
    await rename(aside, file);
  }, 180_000);

  it('names what is missing and the command to get it', async () => {
    const { ended, output } = start({ TEMPORAL_CLI: '/nonexistent/temporal' });
    expect(await ended).toBe(1);
    expect(output()).toContain('TEMPORAL_CLI (/nonexistent/temporal) is not a Temporal CLI that runs.');
  });

  it('refuses half of a pair of database addresses', async () => {
    const { ended, output } = start({ APP_DATABASE_URL: 'mysql://db/app' });
    expect(await ended).toBe(1);
    expect(output()).toContain('Only one of APP_DATABASE_URL and TRAFFIC_DATABASE_URL is set');
  });
});
