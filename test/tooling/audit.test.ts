/** The audit of packages, against registries that answer, refuse and hang. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';

const { auditPackages } = (await import(resolve(import.meta.dirname, '../../scripts/setup/audit.mjs'))) as {
  auditPackages(options: { env: NodeJS.ProcessEnv; timeoutMs?: number }): Promise<{ isSound: boolean; sentence: string }>;
};

/** npm keeps advisories it was told: a cache of each question's own. */
let cache: string;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'linkwright-audit-'));
});
let server: Server | undefined;
afterEach(async () => {
  await rm(cache, { recursive: true, force: true });
  server?.closeAllConnections();
  server?.close();
});

async function ask(answer: RequestListener, timeoutMs?: number) {
  server = createServer(answer);
  await new Promise<void>((listening) => server!.listen(0, '127.0.0.1', listening));
  const registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return auditPackages({
    env: { ...process.env, npm_config_registry: registry, npm_config_cache: cache },
    ...(timeoutMs && { timeoutMs }),
  });
}

/** https://docs.npmjs.com/cli/v11/commands/npm-audit#bulk-advisory-endpoint */
const advisory = (severity: string): RequestListener => {
  const found = {
    id: 1,
    url: 'https://example.com/1',
    title: 'A weakness',
    severity,
    vulnerable_versions: '>=1.0.0',
    cwe: [],
    cvss: { score: 9 },
  };
  // npm asks for the package itself too, to see which versions are free of it.
  const packument = {
    name: 'express',
    versions: { '5.3.0': { name: 'express', version: '5.3.0' } },
    'dist-tags': { latest: '5.3.0' },
  };
  return (request, response) => {
    const answer = request.url?.endsWith('/bulk') ? { express: [found] } : packument;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  };
};

it.each(['high', 'critical'])('fails on a weakness that is %s, and names the package', async (severity) => {
  const { isSound, sentence } = await ask(advisory(severity));
  expect([isSound, sentence]).toEqual([false, expect.stringMatching(new RegExp(`express .*\\(${severity}\\)`))]);
});

it('passes on one that is not grave', async () => {
  expect(await ask(advisory('moderate'))).toMatchObject({ isSound: true, sentence: expect.stringContaining('nothing grave') });
});

it('passes, and says that nothing was checked, when the registry refuses', async () => {
  const answer = await ask((_request, response) => response.writeHead(405).end());
  expect(answer).toEqual({ isSound: true, sentence: 'not checked: the registry did not answer' });
});

it('does so in time when the registry hangs', async () => {
  const startedAt = Date.now();
  expect(await ask(() => undefined, 1_500)).toMatchObject({ sentence: 'not checked: the registry did not answer' });
  expect(Date.now() - startedAt).toBeLessThan(10_000);
});
