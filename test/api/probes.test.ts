import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import { createMetrics } from '../../api/metrics.ts';
import { serveProbes } from '../../api/probes.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe('The probes', () => {
  it('say that the process lives, and in words what it needs and does not have', async () => {
    expect((await api.call('GET', '/healthz')).status).toBe(200);
    const { status, body } = await api.call('GET', '/readyz');
    expect([status, body]).toEqual([503, { status: 'not ready', missing: ['Temporal does not answer.'] }]);
  });

  it('say ready when everything answers, and do not wait for what hangs', async () => {
    const app = express();
    let database: () => Promise<void> = async () => undefined;
    const ok = async () => undefined;
    const checks = { appDatabase: () => database(), trafficDatabase: ok, temporal: ok };
    app.use(serveProbes(checks, createMetrics().registry));
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/readyz`;
    expect((await fetch(url)).status).toBe(200);
    database = () => new Promise(() => undefined);
    const answer = await fetch(url);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: 'not ready', missing: ['The app database does not answer.'] },
    ]);
    server.closeAllConnections();
    server.close();
  });

  it('count requests by route, never by path', async () => {
    await api.call('GET', '/v1/connections/conn_1');
    const { text } = await api.call('GET', '/metrics');
    expect(text).toContain('route="/v1/connections/:connectionId"');
    expect(text).not.toContain('conn_1');
  });
});

describe('The documents', () => {
  it('are served from here alone, under a policy that lets no foreign script in', async () => {
    const page = await api.call('GET', '/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none';script-src 'self';/);
    for (const [, address] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect(address).toMatch(/^\//);
      expect((await api.call('GET', address!)).status).toBe(200);
    }
    expect((await api.call('GET', '/openapi.json')).body.openapi).toBe('3.1.0');
  });
});
