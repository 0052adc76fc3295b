/** A Temporal server behind TLS that asks for our certificate, with certificates made here. The development server speaks none itself. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Connection } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { loadTemporalConfig } from '../../config/index.ts';
import { certificatesIn } from '../harness/certificates.ts';
import { freshDatabases, type FreshDatabases } from '../harness/mysql.ts';
import { createService, type Service } from '../harness/service.ts';
import { startTemporal } from '../harness/temporal.ts';

const folder = mkdtempSync(join(tmpdir(), 'linkwright-temporal-tls-'));
const { pem, makeAuthority, makeCertificate } = certificatesIn(folder);
const sockets = new Set<Socket>();
let temporal: TestWorkflowEnvironment;
let databases: FreshDatabases;
let front: Server;
/** By name, which the certificate holds. */
let right: Record<string, string>;

beforeAll(async () => {
  await makeAuthority('authority');
  await makeAuthority('stranger');
  await makeCertificate('server', 'DNS:localhost');
  await makeCertificate('client', 'DNS:client');
  [temporal, databases] = await Promise.all([startTemporal(), freshDatabases()]);
  const [host, port] = temporal.address.split(':') as [string, string];
  const [cert, key, ca] = [pem('server'), pem('server-key'), pem('authority')];
  front = createServer({ cert, key, ca, requestCert: true, rejectUnauthorized: true, ALPNProtocols: ['h2'] }, (client) => {
    const server = connect(Number(port), host);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => (to.destroy(), sockets.delete(from)));
    }
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  right = {
    TEMPORAL_ADDRESS: `localhost:${(front.address() as AddressInfo).port}`,
    TEMPORAL_TLS: 'true',
    TEMPORAL_TLS_CA: pem('authority'),
    TEMPORAL_TLS_CERT: pem('client'),
    TEMPORAL_TLS_KEY: pem('client-key'),
  };
}, 120_000);
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  front?.close();
  await temporal?.teardown();
  await databases?.drop();
  rmSync(folder, { recursive: true, force: true });
});

const workers = (env: Record<string, string>): Service =>
  createService({
    name: 'workers',
    command: process.execPath,
    args: ['workers/main.ts'],
    cwd: resolve(import.meta.dirname, '../..'),
    env: {
      PATH: process.env['PATH'],
      APP_DATABASE_URL: databases.appUrl,
      TRAFFIC_DATABASE_URL: databases.trafficUrl,
      MASTER_KEY: randomKey,
      PUBLIC_URL: 'https://hooks.example.com',
      ...env,
    },
    readyLine: /workers ready/,
  });
const randomKey = randomBytes(32).toString('base64');
const without = (...names: string[]) => Object.fromEntries(Object.entries(right).filter(([name]) => !names.includes(name)));

describe('Temporal behind TLS', () => {
  it('is reached by a client with the settings of the environment', async () => {
    const { address, tls } = loadTemporalConfig(right);
    const connection = await Connection.connect({ address, tls });
    const { clusterName } = await connection.workflowService.getClusterInfo({});
    expect(clusterName).not.toBe('');
    await connection.close();
  });

  it('is worked for by the worker process, which starts, polls and stops over it', async () => {
    const service = workers(right);
    await service.start();
    expect(sockets.size).toBeGreaterThan(0);
    await service.kill('SIGTERM');
    expect(service.lines.filter((line) => line.includes('"level":60'))).toEqual([]);
  }, 120_000);

  const certificate = /Temporal’s certificate at localhost:\d+ is not accepted, so nothing was sent: look at TEMPORAL_TLS_CA/;
  const unreachable =
    /Temporal at localhost:\d+ cannot be reached: look whether it runs, and at TEMPORAL_ADDRESS and TEMPORAL_TLS/;
  it.each<[string, () => Record<string, string>, RegExp]>([
    ['another authority', () => ({ ...right, TEMPORAL_TLS_CA: pem('stranger') }), certificate],
    ['the public authorities alone', () => without('TEMPORAL_TLS_CA'), certificate],
    [
      'another name',
      () => ({ ...right, TEMPORAL_ADDRESS: right['TEMPORAL_ADDRESS']!.replace('localhost', '127.0.0.1') }),
      /certificate/,
    ],
    [
      'no certificate of ours',
      () => without('TEMPORAL_TLS_CERT', 'TEMPORAL_TLS_KEY'),
      /Temporal’s certificate|cannot be reached/,
    ],
    ['no TLS', () => ({ TEMPORAL_ADDRESS: right['TEMPORAL_ADDRESS']! }), unreachable],
  ])(
    'is refused with %s, in one sentence',
    async (_, env, sentence) => {
      const service = workers(env());
      await expect(service.start()).rejects.toThrow('did not start');
      const said = service.lines.filter((line) => line.includes('"level":60')).map((line) => JSON.parse(line) as { msg: string });
      expect(said).toHaveLength(1);
      expect(said[0]!.msg).toMatch(sentence);
      expect(service.lines.join('\n')).not.toMatch(/^\s+at /m);
      for (const secret of [randomKey, pem('client-key')]) expect(service.lines.join('\n')).not.toContain(secret);
    },
    120_000,
  );
});
