/** The API as a process: how it starts, how it stops, and what it says when it cannot. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { freshDatabases, type FreshDatabases } from '../harness/mysql.ts';
import { until } from '../harness/until.ts';

const main = fileURLToPath(new URL('../../api/main.ts', import.meta.url));
/** A second on an idle machine, and many times that on a busy one. */
const startsWithinMs = 90_000;
jest.setTimeout(2 * startsWithinMs);
let databases: FreshDatabases;
beforeAll(async () => {
  databases = await freshDatabases();
});
afterAll(() => databases.drop());

const masterKey = randomBytes(32).toString('base64');
const environment = () => ({
  PATH: process.env['PATH'],
  APP_DATABASE_URL: databases.appUrl,
  TRAFFIC_DATABASE_URL: databases.trafficUrl,
  MASTER_KEY: masterKey,
  PUBLIC_URL: 'https://hooks.example.com',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  API_PORT: '0',
});

const children = new Set<ChildProcess>();
// One that a red test left running would hold the whole run open.
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

function start(env: Record<string, string | undefined>, args = [main]) {
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.add(child);
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', (line) => lines.push(line));
  const exited = once(child, 'close').then(([code]) => {
    children.delete(child);
    return code as number | null;
  });
  const said = () =>
    lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as { msg: string; port?: number });
  const ready = async () => {
    const line = await until(
      () => said().find(({ msg }) => msg === 'ready'),
      (found) => found !== undefined || child.exitCode !== null,
      startsWithinMs,
    );
    if (!line) throw new Error(`The API ended before it was ready:\n${lines.join('\n')}`);
    return `http://127.0.0.1:${line.port}`;
  };
  return { child, lines, said, exited, ready };
}

describe('The API as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('starts without Temporal, serves, and stops cleanly on %s', async (signal) => {
    const { child, lines, said, exited, ready } = start(environment());
    const url = await ready();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    child.kill(signal);
    const code = await exited;
    expect([code, lines.filter((line) => !line.startsWith('{'))]).toEqual([0, []]);
    const words = said().map(({ msg }) => msg);
    expect([words.at(-2), words.at(-1)]).toEqual(['stopping', 'stopped']);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('names every bad variable, and no value, when it cannot start', async () => {
    const { lines, exited } = start({ ...environment(), MASTER_KEY: 'canary-key', PUBLIC_URL: undefined });
    expect(await exited).not.toBe(0);
    const said = lines.join('\n');
    expect(said).toMatch(/MASTER_KEY/);
    expect(said).toMatch(/PUBLIC_URL/);
    expect(said).not.toContain('canary-key');
  });

  it('says so when its port is taken', async () => {
    const first = start(environment());
    const url = await first.ready();
    const second = start({ ...environment(), API_PORT: new URL(url).port });
    expect(await second.exited).toBe(1);
    expect(second.lines.join('\n')).toContain('cannot listen');
    first.child.kill('SIGTERM');
    expect(await first.exited).toBe(0);
  });

  it('writes its last lines in their order, and all of them, before it ends', async () => {
    const log = JSON.stringify(new URL('../../telemetry/log.ts', import.meta.url).href);
    const program = `
      import { createLog, openOutput } from ${log};
      const output = openOutput();
      const log = createLog({ level: 'info', service: 'api' }, output.stream);
      for (const word of ['one', 'two', 'three']) log.info(word);
      await output.end();
      process.exit(0);`;
    for (let round = 0; round < 5; round += 1) {
      const { said, exited } = start({}, ['--input-type=module', '-e', program]);
      expect(await exited).toBe(0);
      expect(said().map(({ msg }) => msg)).toEqual(['one', 'two', 'three']);
    }
  });
});
