/** The environment, parsed once at start. One error names every bad variable, and never its value. */
import { z } from 'zod';
import type { TaskQueue } from '../domain/workflow-ids.ts';
import { readEnvironment, type Environment } from './environment.ts';
import {
  databaseVariables,
  oauthClientId,
  oauthClientIdPrefix,
  oauthClientSecret,
  oauthClientSecretPrefix,
  providerBaseUrl,
  providerBaseUrlPrefix,
  temporalVariables,
  variables,
} from './variables.ts';

export { ConfigError, type Environment } from './environment.ts';

/** PEM texts; the system's authorities where there is no `ca`. */
export interface DatabaseTls {
  ca?: string;
  cert?: string;
  key?: string;
}

export interface Config {
  database: { appUrl: string; trafficUrl: string; poolMax: number; tls: DatabaseTls | null };
  /** The one in force, then the one that a rotation replaces. */
  masterKeys: MasterKeySource[];
  encryptPayloads: boolean;
  /** `tls` and `apiKey` have the form that Temporal's connections take. */
  temporal: {
    address: string;
    namespace: string;
    uiUrl: string;
    tls: false | { serverRootCACertificate?: Buffer; clientCertPair?: { crt: Buffer; key: Buffer } };
    apiKey: string | undefined;
  };
  /** `corsOrigins` may call from a browser, besides the API's own; pages of `portalEmbedOrigins` may show the portal in a frame. */
  api: { host: string; port: number; corsOrigins: string[]; portalEmbedOrigins: string[]; connectionsMax: number };
  /** Proxies whose word about a caller's address is taken: how many, or which. */
  trustProxy: number | string[] | false;
  /** 0 for no limit. */
  limits: { perKeyAMinute: number; perAddressAMinute: number; failedSignIns: number };
  /** `null`: API keys alone are taken. */
  jwt: { issuer: string; audience: string; jwksUrl: string | null; algorithms: string[]; clockSkewS: number } | null;
  /** `null`: people sign in by password or link. */
  oidc: { issuer: string; clientId: string; clientSecret: string } | null;
  /** Scheme and host that providers call, without a slash at the end. */
  publicUrl: string;
  worker: { queues: TaskQueue[]; metricsHost: string; metricsPort: number; rawRetentionDays: number; reconcileEveryS: number };
  /** Where spans are sent; `null`: nothing is traced. */
  tracing: { endpoint: string; headers: Record<string, string> } | null;
  shutdownGraceMs: number;
  logLevel: string;
  /** Networks, as CIDR, that calls may go to although they are not public. */
  allowPrivateAddresses: string[];
  /** Addresses used in place of the vendors' own, by provider key. */
  providerBaseUrls: Record<string, string>;
  /** The platform's own OAuth clients, by provider key. */
  oauthClients: Record<string, { clientId: string; clientSecret: string }>;
  /** The platform's own senders, by which people are told about incidents. */
  notify: {
    sms: { providerKey: 'twilio'; credentials: { accountSid: string; authToken: string }; from: string } | null;
    email: { url: string; from: string } | null;
  };
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
const oneMasterKey = z.refine<MasterKeyVariables>(({ MASTER_KEY, MASTER_KEY_KMS_ARN }) => !MASTER_KEY !== !MASTER_KEY_KMS_ARN, {
  error: 'or MASTER_KEY_KMS_ARN must be set, and not both: openssl rand -base64 32',
  path: ['MASTER_KEY'],
  when: () => true,
});
const onePreviousKey = z.refine<MasterKeyVariables>(
  (values) => !values.MASTER_KEY_PREVIOUS || !values.MASTER_KEY_PREVIOUS_KMS_ARN,
  { error: 'and MASTER_KEY_PREVIOUS_KMS_ARN are both set: give one of them', path: ['MASTER_KEY_PREVIOUS'] },
);
const databaseTlsWhole = z.refine<DatabaseTlsVariables>(
  ({ DATABASE_TLS: isOn, DATABASE_TLS_CA: ca, DATABASE_TLS_CERT: cert, DATABASE_TLS_KEY: key }) =>
    !cert === !key && (isOn || !(ca || cert)),
  {
    error: 'must be true where DATABASE_TLS_CA, _CERT or _KEY is given, and DATABASE_TLS_CERT and _KEY go together',
    path: ['DATABASE_TLS'],
  },
);
const wholeSender = z.refine<NotifyVariables>(
  (values) => notifyParts(values).every(Boolean) || !notifyParts(values).some(Boolean),
  { error: 'and the other NOTIFY_TWILIO_ variables go together: give all three or none', path: ['NOTIFY_TWILIO_ACCOUNT_SID'] },
);

const wholeMail = z.refine<Partial<Record<'SMTP_URL' | 'NOTIFY_EMAIL_FROM', string | undefined>>>(
  (values) => !values.SMTP_URL === !values.NOTIFY_EMAIL_FROM,
  { error: 'and NOTIFY_EMAIL_FROM go together: give both or none', path: ['SMTP_URL'] },
);

const issuerNeedsAudience = z.refine<Partial<Record<'JWT_ISSUER' | 'JWT_AUDIENCE' | 'JWT_JWKS_URL', string | undefined>>>(
  (values) => !values.JWT_ISSUER === !values.JWT_AUDIENCE && (!values.JWT_JWKS_URL || !!values.JWT_ISSUER),
  { error: 'and JWT_AUDIENCE go together, and JWT_JWKS_URL needs both', path: ['JWT_ISSUER'] },
);
const wholeOidc = z.refine<OidcVariables>((values) => new Set(oidcParts(values).map(Boolean)).size === 1, {
  error: 'and the other OIDC_ variables go together: give all three or none',
  path: ['OIDC_ISSUER'],
});

const databaseEnvironment = z.object(databaseVariables).check(otherDatabase, databaseTlsWhole);
const temporalEnvironment = z.object(temporalVariables).check(keyNeedsTls, certificateNeedsKey);
/** With variables whose names depend on providers, which no type can list. */
const environmentWith = (named: object) =>
  z
    .object({ ...variables, ...named, providerBaseUrls: z.record(z.string(), providerBaseUrl) })
    .check(
      otherDatabase,
      databaseTlsWhole,
      keyNeedsTls,
      certificateNeedsKey,
      oneMasterKey,
      onePreviousKey,
      wholeSender,
      wholeMail,
      issuerNeedsAudience,
      wholeOidc,
    );

/** Throws `ConfigError`, whose message is for the person who set the variables. */
export function loadConfig(env: Environment = process.env): Config {
  const baseUrls = Object.entries(env).filter(([name, value]) => name.startsWith(providerBaseUrlPrefix) && value);
  const withClients = oauthKeys(env);
  const oauthVariables = Object.fromEntries(
    withClients.flatMap((key) => [
      [oauthClientIdPrefix + key, oauthClientId],
      [oauthClientSecretPrefix + key, oauthClientSecret],
    ]),
  );
  const values = readEnvironment(environmentWith(oauthVariables), env, { providerBaseUrls: Object.fromEntries(baseUrls) });
  const textOf = (name: string) => (values as Record<string, unknown>)[name] as string;
  const [accountSid, authToken, from] = notifyParts(values);
  return {
    database: {
      appUrl: values.APP_DATABASE_URL,
      trafficUrl: values.TRAFFIC_DATABASE_URL,
      poolMax: values.DATABASE_POOL_MAX,
      tls: databaseTls(values),
    },
    masterKeys: masterKeySources(values),
    encryptPayloads: values.ENCRYPT_PAYLOADS,
    temporal: temporalConfig(values),
    api: {
      host: values.API_HOST,
      port: values.API_PORT,
      corsOrigins: values.CORS_ORIGINS ?? [],
      portalEmbedOrigins: values.PORTAL_EMBED_ORIGINS ?? [],
      connectionsMax: values.API_CONNECTIONS_MAX,
    },
    trustProxy: values.TRUST_PROXY ?? false,
    limits: {
      perKeyAMinute: values.RATE_LIMIT_PER_KEY,
      perAddressAMinute: values.RATE_LIMIT_PER_ADDRESS,
      failedSignIns: values.RATE_LIMIT_FAILED_SIGN_INS,
    },
    jwt: jwtConfig(values),
    oidc: oidcConfig(values),
    publicUrl: values.PUBLIC_URL,
    worker: {
      queues: values.WORKER_QUEUES,
      metricsHost: values.WORKER_METRICS_HOST,
      metricsPort: values.WORKER_METRICS_PORT,
      rawRetentionDays: values.RAW_RETENTION_DAYS,
      reconcileEveryS: values.RECONCILE_EVERY_S,
    },
    tracing: values.OTEL_EXPORTER_OTLP_ENDPOINT
      ? { endpoint: values.OTEL_EXPORTER_OTLP_ENDPOINT, headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {} }
      : null,
    shutdownGraceMs: values.SHUTDOWN_GRACE_S * 1_000,
    logLevel: values.LOG_LEVEL,
    allowPrivateAddresses: values.ALLOW_PRIVATE_ADDRESSES ?? [],
    providerBaseUrls: Object.fromEntries(
      Object.entries(values.providerBaseUrls).map(([name, url]) => [name.slice(providerBaseUrlPrefix.length).toLowerCase(), url]),
    ),
    oauthClients: Object.fromEntries(
      withClients.map((key) => [
        key.toLowerCase(),
        { clientId: textOf(oauthClientIdPrefix + key), clientSecret: textOf(oauthClientSecretPrefix + key) },
      ]),
    ),
    notify: {
      sms: accountSid && authToken && from ? { providerKey: 'twilio', credentials: { accountSid, authToken }, from } : null,
      email: values.SMTP_URL && values.NOTIFY_EMAIL_FROM ? { url: values.SMTP_URL, from: values.NOTIFY_EMAIL_FROM } : null,
    },
  };
}

/** Providers for which a client's id or secret is given, as they stand in the names: `HUBSPOT`. */
function oauthKeys(env: Environment): string[] {
  const named = new RegExp(`^(?:${oauthClientIdPrefix}|${oauthClientSecretPrefix})([A-Z0-9_]+?)(?:_FILE)?$`);
  const found = Object.entries(env).flatMap(([name, value]) => (value ? (named.exec(name)?.slice(1) ?? []) : []));
  return [...new Set(found)];
}

/** What migrations need, and nothing more: they run before the engine's secrets are at hand. */
export function loadDatabaseUrls(env: Environment = process.env): Omit<Config['database'], 'poolMax'> {
  const values = readEnvironment(databaseEnvironment, env);
  return { appUrl: values.APP_DATABASE_URL, trafficUrl: values.TRAFFIC_DATABASE_URL, tls: databaseTls(values) };
}

type DatabaseTlsVariables = Pick<z.output<typeof databaseEnvironment>, `DATABASE_TLS${'' | '_CA' | '_CERT' | '_KEY'}`>;

function databaseTls({
  DATABASE_TLS: isOn,
  DATABASE_TLS_CA: ca,
  DATABASE_TLS_CERT: cert,
  DATABASE_TLS_KEY: key,
}: DatabaseTlsVariables): DatabaseTls | null {
  return isOn ? { ...(ca && { ca }), ...(cert && key && { cert, key }) } : null;
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

/** In the form that the keys' room takes. */
type MasterKeySource = { bytes: Buffer } | { kms: { arn: string; endpoint?: string | undefined } };
type MasterKeyVariables = Partial<
  Record<'MASTER_KEY' | 'MASTER_KEY_PREVIOUS', Buffer | undefined> &
    Record<`MASTER_KEY_${'' | 'PREVIOUS_'}KMS_ARN` | 'MASTER_KEY_KMS_ENDPOINT', string | undefined>
>;

function masterKeySources(values: MasterKeyVariables): MasterKeySource[] {
  const given = (bytes: Buffer | undefined, arn: string | undefined): MasterKeySource[] => [
    ...(bytes ? [{ bytes }] : []),
    ...(arn ? [{ kms: { arn, endpoint: values.MASTER_KEY_KMS_ENDPOINT } }] : []),
  ];
  return [
    ...given(values.MASTER_KEY, values.MASTER_KEY_KMS_ARN),
    ...given(values.MASTER_KEY_PREVIOUS, values.MASTER_KEY_PREVIOUS_KMS_ARN),
  ];
}

function jwtConfig(values: z.output<ReturnType<typeof environmentWith>>): Config['jwt'] {
  const { JWT_ISSUER: issuer, JWT_AUDIENCE: audience, JWT_JWKS_URL: jwksUrl = null } = values;
  if (!issuer || !audience) return null;
  return { issuer, audience, jwksUrl, algorithms: values.JWT_ALGORITHMS, clockSkewS: values.JWT_CLOCK_SKEW_S };
}

type OidcVariables = Partial<Record<`OIDC_${'ISSUER' | 'CLIENT_ID' | 'CLIENT_SECRET'}`, string | undefined>>;

const oidcParts = (values: OidcVariables) => [values.OIDC_ISSUER, values.OIDC_CLIENT_ID, values.OIDC_CLIENT_SECRET];

function oidcConfig({
  OIDC_ISSUER: issuer,
  OIDC_CLIENT_ID: clientId,
  OIDC_CLIENT_SECRET: clientSecret,
}: OidcVariables): Config['oidc'] {
  return issuer && clientId && clientSecret ? { issuer, clientId, clientSecret } : null;
}

type NotifyVariables = Partial<Record<`NOTIFY_TWILIO_${'ACCOUNT_SID' | 'AUTH_TOKEN' | 'FROM'}`, string | undefined>>;

function notifyParts(values: NotifyVariables): [string | undefined, string | undefined, string | undefined] {
  return [values.NOTIFY_TWILIO_ACCOUNT_SID, values.NOTIFY_TWILIO_AUTH_TOKEN, values.NOTIFY_TWILIO_FROM];
}
