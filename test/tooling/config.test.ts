import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig, loadDatabaseUrls, type Environment } from '../../config/index.ts';

const key = Buffer.alloc(32, 7);
const good: Environment = {
  APP_DATABASE_URL: 'mysql://app:pw@db:3306/app',
  TRAFFIC_DATABASE_URL: 'mysql://app:pw@db:3306/traffic',
  MASTER_KEY: key.toString('base64'),
  PUBLIC_URL: 'https://hooks.example.com/',
};

function faultsOf(env: Environment): ConfigError {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The environment was accepted.');
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linkwright-config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('loadConfig', () => {
  it('needs four variables and gives every other a default', () => {
    expect(loadConfig(good)).toMatchObject({
      publicUrl: 'https://hooks.example.com',
      masterKey: key,
      encryptPayloads: true,
      temporal: { address: '127.0.0.1:7233', tls: false },
      worker: { queues: ['lifecycle', 'sync', 'events', 'messages'] },
      notify: null,
      providerBaseUrls: {},
    });
    expect(faultsOf({}).variables.toSorted()).toEqual(['APP_DATABASE_URL', 'MASTER_KEY', 'PUBLIC_URL', 'TRAFFIC_DATABASE_URL']);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ ...good, API_PORT: '', TEMPORAL_API_KEY: '', PROVIDER_BASE_URL_TWILIO: '' }).api.port).toBe(3_000);
  });

  it('reads a secret from a file, without the line end', async () => {
    const file = join(folder, 'master-key');
    await writeFile(file, `${good.MASTER_KEY}\n`);
    expect(loadConfig({ ...good, MASTER_KEY: undefined, MASTER_KEY_FILE: file }).masterKey).toEqual(key);
    expect(faultsOf({ ...good, MASTER_KEY_FILE: file }).message).toContain('both set');
    expect(faultsOf({ ...good, MASTER_KEY: undefined, MASTER_KEY_FILE: join(folder, 'none') }).variables).toEqual([
      'MASTER_KEY_FILE',
    ]);
  });

  it.each<[string, Environment]>([
    ['APP_DATABASE_URL', { APP_DATABASE_URL: 'postgres://canary@db/app' }],
    ['APP_DATABASE_URL', { APP_DATABASE_URL: 'mysql://canary@db' }],
    ['TRAFFIC_DATABASE_URL', { TRAFFIC_DATABASE_URL: good.APP_DATABASE_URL }],
    ['MASTER_KEY', { MASTER_KEY: 'canary' }],
    ['MASTER_KEY', { MASTER_KEY: Buffer.from('canary').toString('base64') }],
    ['PUBLIC_URL', { PUBLIC_URL: 'canary' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'ftp://canary' }],
    ['API_PORT', { API_PORT: 'canary' }],
    ['API_PORT', { API_PORT: '65536' }],
    ['ENCRYPT_PAYLOADS', { ENCRYPT_PAYLOADS: 'canary' }],
    ['LOG_LEVEL', { LOG_LEVEL: 'canary' }],
    ['WORKER_QUEUES', { WORKER_QUEUES: 'sync,canary' }],
    ['SHUTDOWN_GRACE_S', { SHUTDOWN_GRACE_S: '0' }],
    ['TEMPORAL_ADDRESS', { TEMPORAL_ADDRESS: 'http://canary' }],
    ['TEMPORAL_API_KEY', { TEMPORAL_API_KEY: 'canary' }],
    ['TEMPORAL_TLS_CERT', { TEMPORAL_TLS: 'true', TEMPORAL_TLS_CERT: '-----BEGIN canary' }],
    ['NOTIFY_TWILIO_ACCOUNT_SID', { NOTIFY_TWILIO_AUTH_TOKEN: 'canary' }],
    ['PROVIDER_BASE_URL_TWILIO', { PROVIDER_BASE_URL_TWILIO: 'canary' }],
  ])('refuses a bad %s by its name and never shows its value', (name, bad) => {
    const error = faultsOf({ ...good, ...bad });
    expect(error.variables).toEqual([name]);
    expect(error.message).toContain(name);
    expect(error.message).not.toContain('canary');
  });

  it('names every bad variable in one error', () => {
    const { variables } = faultsOf({ ...good, API_PORT: 'x', LOG_LEVEL: 'x', PUBLIC_URL: undefined });
    expect(variables.toSorted()).toEqual(['API_PORT', 'LOG_LEVEL', 'PUBLIC_URL']);
  });

  it('keeps the address put in place of a provider under the provider key', () => {
    const { providerBaseUrls } = loadConfig({ ...good, PROVIDER_BASE_URL_TWILIO: 'http://127.0.0.1:4010/twilio/' });
    expect(providerBaseUrls).toEqual({ twilio: 'http://127.0.0.1:4010/twilio' });
  });

  it("takes the platform's sender when all of its parts are there", () => {
    const notify = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token', from: '+15005550006' };
    const env = {
      NOTIFY_TWILIO_ACCOUNT_SID: notify.accountSid,
      NOTIFY_TWILIO_AUTH_TOKEN: 'token',
      NOTIFY_TWILIO_FROM: notify.from,
    };
    expect(loadConfig({ ...good, ...env }).notify).toEqual(notify);
  });
});

describe('loadDatabaseUrls', () => {
  it('asks for nothing but the two databases', () => {
    const { APP_DATABASE_URL, TRAFFIC_DATABASE_URL } = good;
    expect(loadDatabaseUrls({ APP_DATABASE_URL, TRAFFIC_DATABASE_URL })).toEqual({
      appUrl: APP_DATABASE_URL,
      trafficUrl: TRAFFIC_DATABASE_URL,
    });
  });
});
