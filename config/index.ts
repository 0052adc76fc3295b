/** The environment, parsed once at start. One error names every bad variable, and never its value. */
import { z } from 'zod';
import type { TaskQueue } from '../domain/workflow-ids.ts';
import { readEnvironment, type Environment } from './environment.ts';
import { databaseVariables, providerBaseUrl, providerBaseUrlPrefix, temporalVariables, variables } from './variables.ts';

export { ConfigError, type Environment } from './environment.ts';

export interface Config {
  database: { appUrl: string; trafficUrl: string; poolMax: number };
  /** 32 bytes. */
  masterKey: Buffer;
  encryptPayloads: boolean;
  /** `tls` and `apiKey` have the form that Temporal's connections take. */
  temporal: {
    address: string;
    namespace: string;
    uiUrl: string;
    tls: false | { serverRootCACertificate?: Buffer; clientCertPair?: { crt: Buffer; key: Buffer } };
    apiKey: string | undefined;
  };
  api: { host: string; port: number };
  /** Scheme and host that providers call, without a slash at the end. */
  publicUrl: string;
  worker: { queues: TaskQueue[]; metricsPort: number; rawRetentionDays: number };
  shutdownGraceMs: number;
  logLevel: string;
  /** Addresses used in place of the vendors' own, by provider key. */
  providerBaseUrls: Record<string, string>;
  /** The platform's own sender, by which people are told about incidents. */
  notify: { accountSid: string; authToken: string; from: string } | null;
}

const otherDatabase = z.refine<{ APP_DATABASE_URL: string; TRAFFIC_DATABASE_URL: string }>(
  (values) => values.APP_DATABASE_URL !== values.TRAFFIC_DATABASE_URL,
  { error: 'must name another database than APP_DATABASE_URL', path: ['TRAFFIC_DATABASE_URL'] },
);
const keyNeedsTls = z.refine<{ TEMPORAL_API_KEY?: string | undefined; TEMPORAL_TLS: boolean }>(
  (values) => !values.TEMPORAL_API_KEY || values.TEMPORAL_TLS,
  { error: 'needs TEMPORAL_TLS=true, else it would travel in the clear', path: ['TEMPORAL_API_KEY'] },
);
const certificateNeedsKey = z.refine<{ TEMPORAL_TLS_CERT?: string | undefined; TEMPORAL_TLS_KEY?: string | undefined }>(
  (values) => !values.TEMPORAL_TLS_CERT === !values.TEMPORAL_TLS_KEY,
  { error: 'and TEMPORAL_TLS_KEY go together: give both or none', path: ['TEMPORAL_TLS_CERT'] },
);
const wholeSender = z.refine<NotifyVariables>(
  (values) => notifyParts(values).every(Boolean) || !notifyParts(values).some(Boolean),
  { error: 'and the other NOTIFY_TWILIO_ variables go together: give all three or none', path: ['NOTIFY_TWILIO_ACCOUNT_SID'] },
);

const databaseEnvironment = z.object(databaseVariables).check(otherDatabase);
const temporalEnvironment = z.object(temporalVariables).check(keyNeedsTls, certificateNeedsKey);
const environment = z
  .object({ ...variables, providerBaseUrls: z.record(z.string(), providerBaseUrl) })
  .check(otherDatabase, keyNeedsTls, certificateNeedsKey, wholeSender);

/** Throws `ConfigError`, whose message is for the person who set the variables. */
export function loadConfig(env: Environment = process.env): Config {
  const baseUrls = Object.entries(env).filter(([name, value]) => name.startsWith(providerBaseUrlPrefix) && value);
  const values = readEnvironment(environment, env, { providerBaseUrls: Object.fromEntries(baseUrls) });
  const [accountSid, authToken, from] = notifyParts(values);
  return {
    database: { appUrl: values.APP_DATABASE_URL, trafficUrl: values.TRAFFIC_DATABASE_URL, poolMax: values.DATABASE_POOL_MAX },
    masterKey: values.MASTER_KEY,
    encryptPayloads: values.ENCRYPT_PAYLOADS,
    temporal: temporalConfig(values),
    api: { host: values.API_HOST, port: values.API_PORT },
    publicUrl: values.PUBLIC_URL,
    worker: {
      queues: values.WORKER_QUEUES,
      metricsPort: values.WORKER_METRICS_PORT,
      rawRetentionDays: values.RAW_RETENTION_DAYS,
    },
    shutdownGraceMs: values.SHUTDOWN_GRACE_S * 1_000,
    logLevel: values.LOG_LEVEL,
    providerBaseUrls: Object.fromEntries(
      Object.entries(values.providerBaseUrls).map(([name, url]) => [name.slice(providerBaseUrlPrefix.length).toLowerCase(), url]),
    ),
    notify: accountSid && authToken && from ? { accountSid, authToken, from } : null,
  };
}

/** What migrations need, and nothing more: they run before the engine's secrets are at hand. */
export function loadDatabaseUrls(env: Environment = process.env): { appUrl: string; trafficUrl: string } {
  const { APP_DATABASE_URL: appUrl, TRAFFIC_DATABASE_URL: trafficUrl } = readEnvironment(databaseEnvironment, env);
  return { appUrl, trafficUrl };
}

/** What a script needs that only speaks to Temporal. */
export function loadTemporalConfig(env: Environment = process.env): Config['temporal'] {
  return temporalConfig(readEnvironment(temporalEnvironment, env));
}

function temporalConfig(values: z.output<typeof temporalEnvironment>): Config['temporal'] {
  const { TEMPORAL_TLS_CA: ca, TEMPORAL_TLS_CERT: crt, TEMPORAL_TLS_KEY: key } = values;
  return {
    address: values.TEMPORAL_ADDRESS,
    namespace: values.TEMPORAL_NAMESPACE,
    uiUrl: values.TEMPORAL_UI_URL,
    tls: values.TEMPORAL_TLS && {
      ...(ca && { serverRootCACertificate: Buffer.from(ca) }),
      ...(crt && key && { clientCertPair: { crt: Buffer.from(crt), key: Buffer.from(key) } }),
    },
    apiKey: values.TEMPORAL_API_KEY,
  };
}

type NotifyVariables = Partial<Record<`NOTIFY_TWILIO_${'ACCOUNT_SID' | 'AUTH_TOKEN' | 'FROM'}`, string | undefined>>;

function notifyParts(values: NotifyVariables): [string | undefined, string | undefined, string | undefined] {
  return [values.NOTIFY_TWILIO_ACCOUNT_SID, values.NOTIFY_TWILIO_AUTH_TOKEN, values.NOTIFY_TWILIO_FROM];
}
