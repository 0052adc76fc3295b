import { describe, expect, it } from '@jest/globals';
import { accessSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { loadConfig, loadDatabaseUrls, loadTemporalConfig } from '../../config/index.ts';
import { oauthClientIdPrefix, oauthClientSecretPrefix, providerBaseUrlPrefix, variables } from '../../config/variables.ts';

interface Service {
  image?: string;
  restart?: string;
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
  volumes?: string[];
  ports?: string[];
}
const root = resolve(import.meta.dirname, '../..');
const text = readFileSync(resolve(root, 'docker-compose.yml'), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<string, Service> };
const entries = Object.entries(services);
const environmentOf = (name: string) => services[name]?.environment ?? {};

const given: Record<string, string> = {
  LINKWRIGHT_DB_PASSWORD: 'a1',
  TEMPORAL_DB_PASSWORD: 'a2',
  MYSQL_ROOT_PASSWORD: 'a3',
  MASTER_KEY: Buffer.alloc(32, 1).toString('base64'),
  PUBLIC_URL: 'https://hooks.example.com',
};
/** Beginnings of names that end in a provider's key. */
const byKey = [providerBaseUrlPrefix, oauthClientIdPrefix, oauthClientSecretPrefix];

/** What Docker Compose makes of a value when exactly the required variables are set. */
const filled = (value: string) =>
  value.replace(
    /\$\{(\w+):(?:\?[^}]*|-([^}]*))\}/g,
    (_, name: string, otherwise?: string) => given[name] ?? otherwise ?? `no ${name}`,
  );
const filledEnvironment = (name: string) =>
  Object.fromEntries(Object.entries(environmentOf(name)).map(([key, value]) => [key, filled(value)]));

describe('docker-compose.yml', () => {
  it.each(['api', 'workers', 'migrate'])('passes %s only variables that config/ knows', (name) => {
    const unknown = Object.keys(environmentOf(name)).filter(
      (variable) => !(variable.replace(/_FILE$/, '') in variables) && !byKey.some((prefix) => variable.startsWith(prefix)),
    );
    expect(unknown).toEqual([]);
    expect(Object.keys(environmentOf(name)).length).toBeGreaterThan(3);
  });

  it.each(['api', 'workers'])('passes %s all that is required, in values that config/ accepts', (name) => {
    const config = loadConfig(filledEnvironment(name));
    expect(config.temporal.address).toBe('temporal:7233');
    expect(config.publicUrl).toBe(given.PUBLIC_URL);
  });

  it('passes migrate what it needs and no secret of the engine', () => {
    const environment = filledEnvironment('migrate');
    expect(loadDatabaseUrls(environment).appUrl).toContain('@mysql:3306/linkwright_app');
    expect(loadTemporalConfig(environment).namespace).toBe(loadTemporalConfig(filledEnvironment('workers')).namespace);
    expect(environment).not.toHaveProperty('MASTER_KEY');
  });

  it('checks the health of every service that keeps running', () => {
    const unchecked = entries.filter(([, { restart, healthcheck }]) => restart === 'unless-stopped' && !healthcheck);
    expect(unchecked).toEqual([]);
    expect(
      entries
        .filter(([, { healthcheck }]) => healthcheck)
        .map(([name]) => name)
        .toSorted(),
    ).toEqual(['api', 'grafana', 'mysql', 'prometheus', 'temporal', 'temporal-ui', 'workers']);
  });

  it('holds no secret: each must come from the environment, and only an optional one may be empty', () => {
    const secrets = entries.flatMap(([name, { environment = {} }]) =>
      Object.entries(environment).flatMap(([variable, value]) =>
        /PASSWORD|_PWD|_KEY|TOKEN|SECRET|DATABASE_URL/.test(variable) ? [{ name, variable, value }] : [],
      ),
    );
    expect(secrets.length).toBeGreaterThan(8);
    for (const { variable, value } of secrets)
      expect(value).toMatch(variable.endsWith('DATABASE_URL') ? /:\$\{\w+:\?[^}]+\}@/ : /^\$\{\w+:(\?[^}]+|-)\}$/);
  });

  it.each(['api', 'workers'])('gives %s longer to stop than the engine takes', (name) => {
    const { shutdownGraceMs } = loadConfig(filledEnvironment(name));
    expect(Number.parseInt(services[name]?.stop_grace_period ?? '0', 10) * 1_000).toBeGreaterThan(shutdownGraceMs);
  });

  it('publishes ports on the loopback interface alone, and never those of MySQL or Temporal', () => {
    for (const [, { ports = [] }] of entries) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(services.mysql).not.toHaveProperty('ports');
    expect(services.temporal).not.toHaveProperty('ports');
  });

  it('pins the version of every image and mounts only files that are there', () => {
    for (const [, { image = '', volumes = [] }] of entries) {
      if (image !== 'linkwright') expect(image).toMatch(/:v?\d+\.\d+/);
      for (const volume of volumes.filter((source) => source.startsWith('./'))) accessSync(resolve(root, volume.split(':')[0]!));
    }
  });
});

describe('Dockerfile', () => {
  const dockerfile = readFileSync(resolve(root, 'Dockerfile'), 'utf8');

  it('runs as another user than root, with production packages only', () => {
    expect(dockerfile).toMatch(/npm ci --omit=dev/);
    expect(dockerfile.lastIndexOf('USER node')).toBeGreaterThan(dockerfile.lastIndexOf('FROM '));
  });

  it('copies every room that the API, the workers and the scripts import', () => {
    const ignored = readFileSync(resolve(root, '.dockerignore'), 'utf8');
    for (const room of [
      'config',
      'domain',
      'providers',
      'workflows',
      'activities',
      'db',
      'telemetry',
      'workers',
      'api',
      'scripts',
    ]) {
      expect(dockerfile).toContain(`COPY ${room} ./${room}`);
      expect(ignored).toContain(`!${room}\n`);
    }
  });
});
