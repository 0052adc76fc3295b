import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
      masterKeys: [{ bytes: key }],
      encryptPayloads: true,
      temporal: { address: '127.0.0.1:7233', tls: false },
      worker: { queues: ['lifecycle', 'sync', 'events', 'messages'] },
      notify: { sms: null, email: null },
      providerBaseUrls: {},
    });
    expect(faultsOf({}).variables.toSorted()).toEqual(['APP_DATABASE_URL', 'MASTER_KEY', 'PUBLIC_URL', 'TRAFFIC_DATABASE_URL']);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ ...good, API_PORT: '', TEMPORAL_API_KEY: '', PROVIDER_BASE_URL_TWILIO: '' }).api.port).toBe(3_000);
  });

  it('takes an OAuth client for each provider, its secret from a file too, and half of one not at all', async () => {
    const file = join(folder, 'client-secret');
    await writeFile(file, 'canary-secret\n');
    const client = { OAUTH_CLIENT_ID_HUBSPOT: 'id', OAUTH_CLIENT_SECRET_HUBSPOT: 'canary-secret' };
    const taken = { hubspot: { clientId: 'id', clientSecret: 'canary-secret' } };
    expect(loadConfig(good).oauthClients).toEqual({});
    expect(loadConfig({ ...good, ...client }).oauthClients).toEqual(taken);
    const fromFile = { ...client, OAUTH_CLIENT_SECRET_HUBSPOT: '', OAUTH_CLIENT_SECRET_HUBSPOT_FILE: file };
    expect(loadConfig({ ...good, ...fromFile }).oauthClients).toEqual(taken);
    for (const name of Object.keys(client)) {
      const half = faultsOf({ ...good, ...client, [name]: undefined });
      expect(half.variables).toEqual([name]);
      expect(half.message).not.toContain('canary');
    }
  });

  it('reads a secret from a file, without the line end', async () => {
    const file = join(folder, 'master-key');
    await writeFile(file, `${good.MASTER_KEY}\n`, { mode: 0o600 });
    expect(loadConfig({ ...good, MASTER_KEY: undefined, MASTER_KEY_FILE: file }).masterKeys).toEqual([{ bytes: key }]);
    expect(faultsOf({ ...good, MASTER_KEY_FILE: file }).message).toContain('both set');
    expect(faultsOf({ ...good, MASTER_KEY: undefined, MASTER_KEY_FILE: join(folder, 'none') }).variables).toEqual([
      'MASTER_KEY_FILE',
    ]);
  });

  it('refuses a master key file that every user can read', async () => {
    const file = join(folder, 'open-key');
    await writeFile(file, good.MASTER_KEY!, { mode: 0o600 });
    await chmod(file, 0o604);
    const { message } = faultsOf({ ...good, MASTER_KEY: undefined, MASTER_KEY_FILE: file });
    expect(message).toContain('MASTER_KEY_FILE can be read by every user');
    expect(message).not.toContain(good.MASTER_KEY);
  });

  it('takes a key of AWS KMS in its place, and the one that a rotation replaces', () => {
    const arn = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
    const inKms = { ...good, MASTER_KEY: undefined, MASTER_KEY_KMS_ARN: arn };
    expect(loadConfig(inKms).masterKeys).toEqual([{ kms: { arn } }]);
    const { masterKeys } = loadConfig({
      ...inKms,
      MASTER_KEY_PREVIOUS: good.MASTER_KEY,
      MASTER_KEY_KMS_ENDPOINT: 'http://kms:8080',
    });
    expect(masterKeys).toEqual([{ kms: { arn, endpoint: 'http://kms:8080' } }, { bytes: key }]);
    expect(faultsOf({ ...good, MASTER_KEY_KMS_ARN: arn }).variables).toEqual(['MASTER_KEY']);
  });

  it('traces nothing unless told where to, and takes headers as the standard has them', () => {
    expect(loadConfig(good).tracing).toBeNull();
    const given = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/', OTEL_EXPORTER_OTLP_HEADERS: 'a=b%20c, api-key=d' };
    expect(loadConfig({ ...good, ...given }).tracing).toEqual({
      endpoint: 'http://collector:4318',
      headers: { a: 'b c', 'api-key': 'd' },
    });
    const { variables, message } = faultsOf({ ...good, OTEL_EXPORTER_OTLP_HEADERS: 'canary' });
    expect([variables, message.includes('canary')]).toEqual([['OTEL_EXPORTER_OTLP_HEADERS'], false]);
  });

  it('trusts an issuer of tokens with its audience, and no proxy unless told', () => {
    expect(loadConfig(good)).toMatchObject({ jwt: null, trustProxy: false, limits: { perKeyAMinute: 1_200 } });
    const jwt = { JWT_ISSUER: 'https://id.example.com/', JWT_AUDIENCE: 'api', JWT_ALGORITHMS: 'ES256, RS256' };
    expect(loadConfig({ ...good, ...jwt }).jwt).toEqual({
      issuer: 'https://id.example.com/',
      audience: 'api',
      jwksUrl: null,
      algorithms: ['ES256', 'RS256'],
      clockSkewS: 30,
    });
    expect(loadConfig({ ...good, TRUST_PROXY: '2' }).trustProxy).toBe(2);
    expect(loadConfig({ ...good, TRUST_PROXY: '10.0.0.0/8, ::1' }).trustProxy).toEqual(['10.0.0.0/8', '::1']);
  });

  it('takes tokens’ keys over plain http from this machine alone', () => {
    const jwt = { JWT_AUDIENCE: 'api' };
    for (const host of ['127.0.0.1:9000', 'localhost', '[::1]:9000']) {
      const given = { ...jwt, JWT_ISSUER: `http://${host}/`, JWT_JWKS_URL: `http://${host}/keys` };
      expect(loadConfig({ ...good, ...given }).jwt).toMatchObject({ issuer: `http://${host}/` });
    }
    for (const host of [
      'id.example.com',
      '10.0.0.1',
      'localhost.example.com',
      '127.0.0.1.example.com',
      '127.0.0.1@example.com',
    ]) {
      const given = { ...jwt, JWT_ISSUER: `http://${host}/`, JWT_JWKS_URL: `http://${host}/keys` };
      expect(faultsOf({ ...good, ...given }).variables.toSorted()).toEqual(['JWT_ISSUER', 'JWT_JWKS_URL']);
    }
  });

  it.each<[string, Environment]>([
    ['MASTER_KEY_KMS_ARN', { MASTER_KEY: undefined, MASTER_KEY_KMS_ARN: 'arn:aws:kms:us-east-1:111122223333:alias/canary' }],
    ['MASTER_KEY_PREVIOUS', { MASTER_KEY_PREVIOUS: 'canary' }],
    ['TRUST_PROXY', { TRUST_PROXY: 'true' }],
    ['JWT_ISSUER', { JWT_ISSUER: 'https://id.example.com' }],
    ['JWT_ISSUER', { JWT_JWKS_URL: 'https://id.example.com/keys' }],
    ['JWT_ALGORITHMS', { JWT_ISSUER: 'https://id.example.com', JWT_AUDIENCE: 'api', JWT_ALGORITHMS: 'HS256' }],
    ['JWT_ALGORITHMS', { JWT_ISSUER: 'https://id.example.com', JWT_AUDIENCE: 'api', JWT_ALGORITHMS: 'none' }],
    ['RATE_LIMIT_PER_KEY', { RATE_LIMIT_PER_KEY: '-1' }],
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
    ['DATABASE_TLS', { DATABASE_TLS_CA: '-----BEGIN canary' }],
    ['DATABASE_TLS', { DATABASE_TLS: 'true', DATABASE_TLS_KEY: '-----BEGIN canary' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: 'https://canary.example.com/path' }],
    ['CORS_ORIGINS', { CORS_ORIGINS: '*' }],
    ['PORTAL_EMBED_ORIGINS', { PORTAL_EMBED_ORIGINS: '*' }],
    ['ALLOW_PRIVATE_ADDRESSES', { ALLOW_PRIVATE_ADDRESSES: '10.0.0.0/8,canary' }],
    ['TEMPORAL_API_KEY', { TEMPORAL_API_KEY: 'canary' }],
    ['TEMPORAL_TLS_CERT', { TEMPORAL_TLS: 'true', TEMPORAL_TLS_CERT: '-----BEGIN canary' }],
    ['NOTIFY_TWILIO_ACCOUNT_SID', { NOTIFY_TWILIO_AUTH_TOKEN: 'canary' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://user:canary@mail.example.com' }],
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
    const credentials = { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' };
    const from = '+15005550006';
    const env = {
      NOTIFY_TWILIO_ACCOUNT_SID: credentials.accountSid,
      NOTIFY_TWILIO_AUTH_TOKEN: 'token',
      NOTIFY_TWILIO_FROM: from,
    };
    expect(loadConfig({ ...good, ...env }).notify).toEqual({ sms: { providerKey: 'twilio', credentials, from }, email: null });
    const email = { SMTP_URL: 'smtps://user:password@mail.example.com:465', NOTIFY_EMAIL_FROM: 'alerts@example.com' };
    expect(loadConfig({ ...good, ...email }).notify).toEqual({
      sms: null,
      email: { url: email.SMTP_URL, from: email.NOTIFY_EMAIL_FROM },
    });
  });
});

describe('loadDatabaseUrls', () => {
  it('asks for nothing but the two databases', () => {
    const { APP_DATABASE_URL, TRAFFIC_DATABASE_URL } = good;
    expect(loadDatabaseUrls({ APP_DATABASE_URL, TRAFFIC_DATABASE_URL })).toEqual({
      appUrl: APP_DATABASE_URL,
      trafficUrl: TRAFFIC_DATABASE_URL,
      tls: null,
    });
    expect(loadDatabaseUrls({ ...good, DATABASE_TLS: 'true', DATABASE_TLS_CA: '-----BEGIN A' }).tls).toEqual({
      ca: '-----BEGIN A',
    });
  });
});
