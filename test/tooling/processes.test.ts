import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '../harness/until.ts';

interface Entry {
  name: string;
  command: string;
  args: string[];
  readyLine?: RegExp;
  readyWithinMs?: number;
  restart?: boolean;
  graceMs?: number;
}
interface Processes {
  start(entry: Entry): Promise<void>;
  stop(): Promise<void>;
}
const scripts = resolve(import.meta.dirname, '../../scripts/setup');
const { createProcesses } = (await import(`${scripts}/processes.mjs`)) as {
  createProcesses(input: {
    logFolder: string;
    onChange(list: { name: string; pid: number }[]): void;
    onGiveUp(why: string): void;
  }): Processes;
};

/** When a process began; `undefined` for one that has ended, also before its parent has taken note. */
const { processIdentity } = (await import(`${scripts}/identity.mjs`)) as { processIdentity(pid: number): string | undefined };

let folder: string;
let processes: Processes;
let alive: string[] = [];
let gaveUp: string | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkwright-processes-'));
  gaveUp = undefined;
  processes = createProcesses({
    logFolder: folder,
    onChange: (list) => (alive = list.map(({ name }) => name)),
    onGiveUp: (why) => (gaveUp = why),
  });
});
afterEach(async () => {
  await processes.stop();
  await rm(folder, { recursive: true, force: true });
});

const node = (name: string, source: string, more: Partial<Entry> = {}): Entry => ({
  name,
  command: process.execPath,
  args: ['-e', source],
  readyLine: /ready/,
  ...more,
});
const lasting = `console.log('ready'); setInterval(() => 0, 1000);`;

describe('the processes of npm start', () => {
  it('shows the last lines of a process that ends before it is ready', async () => {
    const starting = processes.start(node('api', `console.log('PORT is bad'); process.exit(3)`));
    await expect(starting).rejects.toThrow(/api did not start \(exit code 3\).*PORT is bad/s);
  });

  it('gives up on a process that is never ready', async () => {
    const starting = processes.start(node('api', `setInterval(() => 0, 1000)`, { readyWithinMs: 300 }));
    await expect(starting).rejects.toThrow('api is not ready after 0.3 s');
  });

  it('ends by force what does not stop in its time', async () => {
    await processes.start(node('api', `process.on('SIGTERM', () => 0); ${lasting}`, { graceMs: 300 }));
    expect(alive).toEqual(['api']);
    await processes.stop();
    expect(alive).toEqual([]);
  });

  it('ends also what a process has started itself', async () => {
    const grandchild = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'])`;
    await processes.start(node('api', `console.log('ready', ${grandchild}.pid); setInterval(() => 0, 1000)`));
    const said = await until(
      () => readFile(join(folder, 'api.log'), 'utf8'),
      (text) => /ready \d+\n/.test(text),
    );
    const pid = Number(/ready (\d+)/.exec(said)![1]);
    expect(processIdentity(pid)).toBeDefined();
    await processes.stop();
    await until(() => processIdentity(pid) === undefined);
  });

  it('says that nothing works any more when a process dies that may not be started again', async () => {
    await processes.start(node('mysql', `console.log('ready'); setTimeout(() => process.exit(1), 200)`));
    await until(() => gaveUp);
    expect(gaveUp).toContain('mysql died');
    expect(gaveUp).toContain('mysql.log');
  });
});
