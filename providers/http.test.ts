import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpRequest } from './contract.ts';
import { createProviderHttp, type HttpCall } from './http.ts';

describe('The HTTP client of providers', () => {
  let server: Server;
  let baseUrl: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/base`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const calls: HttpCall[] = [];
  const ask = (request: HttpRequest, timeoutMs = 2_000) => {
    calls.length = 0;
    const options = { vendorBaseUrl: 'https://api.vendor.test/v1', hosts: ['login.vendor.test', '*.eu.vendor.test'], timeoutMs };
    return createProviderHttp({ ...options, baseUrl, log: (call) => calls.push(call) }).request(request);
  };
  const echo = () => {
    answer = (request, response) => response.setHeader('X-Seen', [request.url ?? '', request.headers.host ?? '']).end('ok');
  };

  it.each([
    ['/things?a=1', '/base/things?a=1', '/v1/things?a'],
    ['https://api.vendor.test/v1/things', '/base/things', '/v1/things'],
    ['https://login.vendor.test/token', '/base/login.vendor.test/token', 'login.vendor.test/token'],
    ['https://api.eu.vendor.test/v1/things', '/base/api.eu.vendor.test/v1/things', 'api.eu.vendor.test/v1/things'],
  ])('sends %s to the base URL in force', async (url, path, logPath) => {
    echo();
    const answered = await ask({ method: 'GET', url });
    expect(answered).toMatchObject({
      status: 200,
      body: 'ok',
      headers: { 'x-seen': expect.stringContaining(`${path}, 127.0.0.1`) },
    });
    expect(calls).toEqual([
      { at: expect.any(Date), method: 'GET', path: logPath, status: 200, latencyMs: expect.any(Number), outcome: 'ok' },
    ]);
  });

  it.each([
    'https://evil.test/v1/things',
    'https://vendor.test/',
    'https://notlogin.vendor.test/',
    'http://api.vendor.test/v1/things',
  ])('refuses %s, which would be sent the credentials', async (url) => {
    await expect(ask({ method: 'GET', url })).rejects.toThrow('is not a host of this provider');
    expect(calls).toEqual([]);
  });

  it('logs names of query values but no values, and no phone number or e-mail address of a path', async () => {
    echo();
    await ask({
      method: 'GET',
      url: '/people/+14155550100/x@y.test/14155550100.json/SM0123456789abcdef',
      query: { To: '+14155550100', Page: 2, none: undefined },
    });
    expect(calls[0]!.path).toBe('/v1/people/***/***/***/SM0123456789abcdef?To&Page');
  });

  it('passes on a refusal as an answer, with its headers', async () => {
    answer = (_request, response) => response.writeHead(429, { 'Retry-After': '3' }).end('{}');
    expect(await ask({ method: 'POST', url: '/things', body: 'a=1' })).toMatchObject({
      status: 429,
      headers: { 'retry-after': '3' },
    });
    expect(calls[0]).toMatchObject({ status: 429, outcome: 'refused' });
  });

  it('does not follow a redirect, which would carry the credentials elsewhere', async () => {
    answer = (_request, response) => response.writeHead(302, { location: 'https://evil.test/' }).end();
    expect((await ask({ method: 'GET', url: '/things' })).status).toBe(302);
  });

  it('says that a request may have had an effect when no answer, a broken one or half of one came', async () => {
    answer = () => undefined;
    await expect(ask({ method: 'POST', url: '/things' }, 100)).rejects.toMatchObject({
      name: 'HttpFailure',
      kind: 'timeout',
      effect: 'unknown',
    });
    expect(calls[0]).toMatchObject({ status: null, outcome: 'timeout' });
    answer = (request) => request.socket.destroy();
    await expect(ask({ method: 'POST', url: '/things' })).rejects.toMatchObject({ kind: 'connection', effect: 'unknown' });
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half');
      setTimeout(() => request.socket.destroy(), 20);
    };
    await expect(ask({ method: 'POST', url: '/things' })).rejects.toMatchObject({ kind: 'truncated', effect: 'unknown' });
    expect(calls[0]).toMatchObject({ status: 200, outcome: 'truncated' });
  });

  it('stops reading an answer that is too long, whether it says so or not', async () => {
    const http = createProviderHttp({
      vendorBaseUrl: 'https://api.vendor.test',
      baseUrl,
      timeoutMs: 5_000,
      bytesMax: 1_000,
      log: (call) => calls.push(call),
    });
    const whole = 'é'.repeat(500);
    answer = (_request, response) => response.end(whole);
    expect((await http.request({ method: 'GET', url: '/things' })).body).toBe(whole);
    let sent = 0;
    answer = (request, response) => {
      const more = () => {
        while (!request.socket.destroyed && sent < 1e9) {
          sent += 10_000;
          if (!response.write('x'.repeat(10_000))) return void response.once('drain', more);
        }
      };
      more();
    };
    calls.length = 0;
    await expect(http.request({ method: 'GET', url: '/things' })).rejects.toMatchObject({
      name: 'HttpFailure',
      kind: 'truncated',
      effect: 'unknown',
      message: expect.stringContaining('longer than 1000 bytes'),
    });
    expect(calls[0]).toMatchObject({ status: 200, outcome: 'truncated' });
    expect(sent).toBeLessThan(1e8);
  });

  it('says that a request had no effect when no connection was made', async () => {
    const http = createProviderHttp({
      vendorBaseUrl: 'https://api.vendor.test',
      baseUrl: 'http://127.0.0.1:1',
      timeoutMs: 500,
      log() {},
    });
    await expect(http.request({ method: 'POST', url: '/things' })).rejects.toMatchObject({ kind: 'connection', effect: 'none' });
  });

  it('ends when it is told to, with the caller’s own reason', async () => {
    answer = () => undefined;
    const stop = new AbortController();
    const reason = new Error('enough');
    setTimeout(() => stop.abort(reason), 20);
    await expect(ask({ method: 'GET', url: '/things', signal: stop.signal })).rejects.toBe(reason);
    expect(calls[0]).toMatchObject({ outcome: 'cancelled' });
  });
});
