/** The API as a process: how it starts, how it stops, and what it says when it cannot. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabases, type FreshDatabases } from '../harness/mysql.ts';
import { until } from '../harness/until.ts';

const main = fileURLToPath(new URL('../../api/main.ts', import.meta.url));
let databases: FreshDatabases;
beforeAll(async () => {
  databases = await freshDatabases();
});
afterAll(() => databases.drop());

const environment = () => ({
  PATH: process.env['PATH'],
  APP_DATABASE_URL: databases.appUrl,
  TRAFFIC_DATABASE_URL: databases.trafficUrl,
  MASTER_KEY: randomBytes(32).toString('base64'),
  PUBLIC_URL: 'https://hooks.example.com',
  TEMPORAL_ADDRESS: '127.0.0.1:9',
  API_PORT: '0',
});

function start(env: Record<string, string | undefined>) {
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', (line) => lines.push(line));
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const ready = async () => {
    await until(
      () => lines,
      (said) => said.some((line) => line.includes('"msg":"ready"')),
    );
    return `http://127.0.0.1:${JSON.parse(lines.at(-1)!).port}`;
  };
  return { child, lines, exited, ready };
}

describe('The API as a process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('starts without Temporal, serves, and stops cleanly on %s', async (signal) => {
    const { child, lines, exited, ready } = start(environment());
    const url = await ready();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await fetch(`${url}/readyz`)).status).toBe(503);
    child.kill(signal);
    expect(await exited).toBe(0);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ msg: 'stopped' });
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
});
