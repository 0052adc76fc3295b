import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { request } from 'undici';
import { createEgress, isPublicAddress } from './egress.ts';
import { createProviderHttp } from './http.ts';

describe('An address', () => {
  it.each([
    '8.8.8.8',
    '93.184.216.34',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
  ])('that the whole internet knows may be called: %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['unspecified', ['0.0.0.0', '0.1.2.3', '::']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1', 'fec0::1']],
    ['link-local', ['169.254.0.1', 'fe80::1', 'fe80::1%eth0']],
    ['metadata of a cloud', ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192', '168.63.129.16']],
    ['shared by a carrier', ['100.64.0.1', '100.127.255.254']],
    ['multicast or broadcast', ['224.0.0.1', '239.255.255.255', '255.255.255.255', 'ff02::1']],
    ['reserved, for tests or for documents', ['192.0.2.1', '198.18.0.1', '203.0.113.9', '240.0.0.1', '2001:db8::1', '100::1']],
    [
      'IPv4 inside IPv6',
      ['::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '::7f00:1', '::ffff:0:7f00:1', '64:ff9b::7f00:1', '64:ff9b:1::7f00:1'],
    ],
    ['a tunnel', ['2002:7f00:1::', '2001::7f00:1']],
    ['none', ['', 'localhost', '1.2.3.4.5', '8.8.8.8 ', '1.2.3.4/8', ':::']],
  ])('that is %s may not: %j', (_, addresses) => {
    for (const address of addresses) expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });
});

describe('A call', () => {
  const heard: string[] = [];
  const servers: Server[] = [];
  let port: number;

  const listen = (host: string, at: number) =>
    new Promise<Server>((resolve) => {
      const server = createServer((incoming, response) => {
        heard.push(`${host}${incoming.url}`);
        response
          .writeHead(incoming.url === '/moved' ? 302 : 200, { Location: 'http://127.0.0.1/', Connection: 'close' })
          .end(host);
      });
      servers.push(server);
      server.listen(at, host, () => resolve(server));
    });
  beforeAll(async () => {
    port = ((await listen('127.0.0.1', 0)).address() as AddressInfo).port;
    await listen('127.0.0.2', port);
  });
  afterAll(() => {
    for (const server of servers) server.close();
  });

  const refused = { name: 'AddressRefused' };

  it.each([
    'http://127.0.0.1',
    'https://127.0.0.1',
    'http://localhost',
    'http://127.1',
    'http://2130706433',
    'http://0x7f000001',
    'http://0177.0.0.1',
    'http://[::ffff:127.0.0.1]',
    'http://[::1]',
    'http://0',
    'http://[::]',
    'http://169.254.169.254',
  ])('to %s is refused before anything is sent', async (origin) => {
    heard.length = 0;
    await expect(request(`${origin}:${port}/x`, { dispatcher: createEgress() })).rejects.toMatchObject(refused);
    expect(heard).toEqual([]);
  });

  it.each(['http://8.8.8.8', 'https://8.8.8.8:22', 'https://8.8.8.8:3306', 'http://8.8.8.8:443'])(
    'to a public address that is no HTTPS is refused too: %s',
    async (url) => {
      await expect(request(url, { dispatcher: createEgress() })).rejects.toMatchObject(refused);
    },
  );

  it('goes to a private address that the operator allows, and to no other', async () => {
    const dispatcher = createEgress({ allow: ['127.0.0.2/32', 'fd00::/8'] });
    expect(await (await request(`http://127.0.0.2:${port}/`, { dispatcher })).body.text()).toBe('127.0.0.2');
    await expect(request(`http://127.0.0.1:${port}/`, { dispatcher })).rejects.toMatchObject(refused);
  });

  it('goes to the address that was checked, though the name leads elsewhere a moment later', async () => {
    heard.length = 0;
    const answers = ['127.0.0.2', '127.0.0.1', '127.0.0.1'];
    const asked: string[] = [];
    const rebinding: LookupFunction = (host, _options, callback) => {
      asked.push(host);
      callback(null, [{ address: answers[asked.length - 1]!, family: 4 }]);
    };
    const dispatcher = createEgress({ allow: ['127.0.0.2/32'], lookup: rebinding });
    const url = `http://rebound.test:${port}/`;
    expect(await (await request(url, { dispatcher })).body.text()).toBe('127.0.0.2');
    expect(asked).toEqual(['rebound.test']);
    await expect(request(url, { dispatcher })).rejects.toMatchObject(refused);
    expect(heard).toEqual(['127.0.0.2/']);
  });

  it('leaves out the private ones among the addresses of a name, and is refused when none is left', async () => {
    heard.length = 0;
    const both: LookupFunction = (_host, _options, callback) =>
      callback(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]);
    const url = `http://mixed.test:${port}/`;
    await request(url, { dispatcher: createEgress({ allow: ['127.0.0.2/32'], lookup: both }) });
    expect(heard).toEqual(['127.0.0.2/']);
    await expect(request(url, { dispatcher: createEgress({ lookup: both }) })).rejects.toThrow(/^mixed\.test may not be called/);
  });

  describe('of a provider', () => {
    const outcomes: string[] = [];
    const ask = (path: string, egress = createEgress()) =>
      createProviderHttp({
        vendorBaseUrl: `http://127.0.0.1:${port}`,
        baseUrl: `http://127.0.0.1:${port}`,
        timeoutMs: 2_000,
        egress,
        log: ({ outcome }) => outcomes.push(outcome),
      }).request({ method: 'GET', url: path });

    it('to a private address fails without an effect, and is logged as such', async () => {
      heard.length = 0;
      await expect(ask('/x')).rejects.toMatchObject({ name: 'HttpFailure', kind: 'address', effect: 'none' });
      expect([heard, outcomes.at(-1)]).toEqual([[], 'address']);
    });

    it('follows no redirect, which would be a way around', async () => {
      heard.length = 0;
      expect((await ask('/moved', createEgress({ allow: ['127.0.0.0/8'] }))).status).toBe(302);
      expect(heard).toEqual(['127.0.0.1/moved']);
    });

    it('goes to a private base URL when the operator put it in place of the vendor’s', async () => {
      const http = createProviderHttp({
        vendorBaseUrl: 'https://api.vendor.test',
        baseUrl: `http://127.0.0.1:${port}`,
        timeoutMs: 2_000,
        log: () => undefined,
      });
      expect((await http.request({ method: 'GET', url: '/x' })).status).toBe(200);
    });
  });
});
