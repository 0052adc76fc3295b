/** A database server that speaks TLS alone, with certificates made here. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type DatabaseTls } from '../../db/database.ts';
import { migrate } from '../../db/migrate.ts';
import { select } from '../../db/sql.ts';
import { certificatesIn } from '../harness/certificates.ts';
import { createService, type Service, type ServiceOptions } from '../harness/service.ts';

const { startMysql } = (await import(resolve(import.meta.dirname, '../../scripts/setup/mysql.mjs'))) as {
  startMysql(
    starter: { start(entry: ServiceOptions): Promise<void> },
    folder: string,
    extraArgs: string[],
  ): Promise<{ url: string }>;
};

const folder = mkdtempSync(join(tmpdir(), 'linkwright-tls-'));
const { pem, makeAuthority, makeCertificate } = certificatesIn(folder);
let server: Service;
/** By name, which the certificate holds. */
let url: string;
beforeAll(async () => {
  await makeAuthority('authority');
  await makeAuthority('stranger');
  await makeCertificate('server', 'DNS:localhost');
  await makeCertificate('client', 'DNS:client');
  const files = [`--ssl-ca=${join(folder, 'authority.pem')}`, `--ssl-cert=${join(folder, 'server.pem')}`];
  const extra = [...files, `--ssl-key=${join(folder, 'server-key.pem')}`, '--require-secure-transport=ON'];
  const started = await startMysql(
    { start: async (entry) => (server = createService(entry)).start() },
    join(folder, 'mysql'),
    extra,
  );
  url = started.url.replace('127.0.0.1', 'localhost');
}, 120_000);
afterAll(async () => {
  await server?.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

async function cipher(at: string, tls: DatabaseTls | null): Promise<string> {
  const database = openDatabase(`${at}/information_schema`, { poolMax: 1, tls });
  try {
    const [row] = await select<{ Value: string }>(database, "SHOW STATUS LIKE 'Ssl_cipher'", {});
    return row!.Value;
  } finally {
    await database.close();
  }
}

describe('A database behind TLS', () => {
  it('is migrated and used over TLS, checked against its authority and its name', async () => {
    const tls = { ca: pem('authority') };
    const log = () => undefined;
    await migrate({ appUrl: `${url}/tls_app`, trafficUrl: `${url}/tls_traffic`, tls, log });
    expect(await cipher(url, tls)).toMatch(/^TLS_|^ECDHE/);
  });

  it('takes our client certificate where it asks for one', async () => {
    const admin = openDatabase(`${url}/information_schema`, { poolMax: 1, tls: { ca: pem('authority') } });
    await admin.query(`CREATE USER 'certified'@'%' IDENTIFIED BY 'pw' REQUIRE X509`);
    await admin.close();
    const certified = Object.assign(new URL(url), { username: 'certified', password: 'pw' }).href.replace(/\/$/, '');
    const ca = pem('authority');
    await expect(cipher(certified, { ca })).rejects.toThrow('The database');
    expect(await cipher(certified, { ca, cert: pem('client'), key: pem('client-key') })).not.toBe('');
  });

  const refused = 'The database server’s certificate is not accepted, so nothing was sent: look at DATABASE_TLS_CA';
  it.each<[string, () => Promise<unknown>, string]>([
    ['another authority', () => cipher(url, { ca: pem('stranger') }), refused],
    ['the public authorities alone', () => cipher(url, {}), refused],
    [
      'another authority, at a migration',
      () => migrate({ appUrl: `${url}/a`, trafficUrl: `${url}/b`, tls: { ca: pem('stranger') }, log: () => undefined }),
      refused,
    ],
    ['no TLS', () => cipher(url, null), 'The database'],
  ])('is refused with %s, in a sentence', async (_, attempt, sentence) => {
    await expect(attempt()).rejects.toMatchObject({ name: 'DatabaseError', message: expect.stringContaining(sentence) });
  });

  it('is refused when its certificate is for another name', async () => {
    await makeCertificate('elsewhere', 'DNS:elsewhere.test');
    const admin = openDatabase(`${url}/information_schema`, { poolMax: 1, tls: { ca: pem('authority') } });
    for (const part of ['cert', 'key']) {
      const file = join(folder, part === 'cert' ? 'server.pem' : 'server-key.pem');
      writeFileSync(file, readFileSync(join(folder, part === 'cert' ? 'elsewhere.pem' : 'elsewhere-key.pem')));
    }
    await admin.query('FLUSH SSL');
    await admin.close();
    await expect(cipher(url, { ca: pem('authority') })).rejects.toThrow(refused);
  });
});

it('A database without TLS is refused when TLS is asked for', async () => {
  const plain = process.env.LINKWRIGHT_TEST_MYSQL_URLS!.split(',')[0]!;
  const database = openDatabase(`${plain}/information_schema`, { poolMax: 1, tls: { ca: pem('authority') } });
  await expect(database.authenticate()).rejects.toThrow(/speaks no TLS|certificate is not accepted/);
  await database.close();
});
