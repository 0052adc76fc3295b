/**
 * Every environment variable that the engine reads, with what it means. README's table is made from this schema. A variable whose
 * meta says `secret` may also be given as a file: `MASTER_KEY_FILE=/run/secrets/master-key`.
 */
import { z } from 'zod';
import { taskQueues, type TaskQueue } from '../domain/workflow-ids.ts';

const databaseUrl = z
  .url({ protocol: /^mysql$/, error: 'must look like mysql://user:password@host:3306/database', abort: true })
  .refine((url) => new URL(url).pathname.length > 1, { error: 'must name a database after the host' });
const httpUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address' })
  .transform((url) => url.replace(/\/+$/, ''));
/** Whoever can change what such an address answers can sign in as anybody. */
const trusted = {
  isOne: (url: string) => /^https:/i.test(url) || /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/i.test(url),
  error: 'must be an https:// address; http:// is taken for this machine alone (localhost, 127.0.0.1, [::1])',
};
const port = z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535);
const commaSeparated = z.string().transform((text) => text.split(',').map((part) => part.trim()));
const originError = 'must be a comma separated list of origins, such as https://console.example.com';
const origins = commaSeparated.pipe(
  z.array(httpUrl.refine((url) => URL.canParse(url) && new URL(url).origin === url.toLowerCase(), { error: originError })),
);
const networks = commaSeparated.pipe(
  z.array(
    z.union([z.cidrv4(), z.cidrv6()], { error: 'must be a comma separated list of networks, such as 10.1.0.0/16,fd00::/8' }),
  ),
);
const pem = z.string().includes('-----BEGIN', { error: 'must be PEM text' });
const masterKey = z
  .base64({ error: 'must be base64' })
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((key) => key.length === 32, { error: 'must be 32 bytes in base64: openssl rand -base64 32' });
/** https://docs.aws.amazon.com/kms/latest/developerguide/concepts-intro.html: an alias may come to mean another key, so it is refused. */
const kmsArn = z.string().regex(/^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, {
  error: 'must be the ARN of a key, such as arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
});
/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables: as W3C Baggage, so percent-encoded. */
const otlpHeaders = z
  .string()
  .regex(/^\s*[\w-]+\s*=[^,=]*(,\s*[\w-]+\s*=[^,=]*)*$/, { error: 'must look like name=value,name=value, percent-encoded' })
  .transform((text) =>
    Object.fromEntries(
      text.split(',').map((pair) => {
        const [name, value] = pair.split('=') as [string, string];
        return [name.trim(), decodeURIComponent(value.trim())];
      }),
    ),
  );
const limit = (usual: number) => z.coerce.number().int().min(0).max(10_000_000).default(usual);
const asymmetric = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
const isNetwork = (text: string) => z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]).safeParse(text).success;
const queueNames = Object.keys(taskQueues) as [TaskQueue, ...TaskQueue[]];

export const databaseVariables = {
  APP_DATABASE_URL: databaseUrl.meta({
    description: 'The app database: business records and everything about connections. `mysql://user:password@host:3306/name`.',
    secret: true,
  }),
  TRAFFIC_DATABASE_URL: databaseUrl.meta({
    description:
      'The traffic database: raw events, payloads, API call logs. Another name than the app database; may be another server.',
    secret: true,
  }),
  DATABASE_TLS: z.stringbool().default(false).meta({
    description:
      "Whether to speak TLS to both databases, and nothing else. The server's certificate must be valid for the host in the URL; an IP address there is checked against the authority alone.",
  }),
  DATABASE_TLS_CA: pem.optional().meta({
    description: "PEM of the authority that signed the servers' certificates, if it is not a public one.",
    secret: true,
  }),
  DATABASE_TLS_CERT: pem
    .optional()
    .meta({ description: 'PEM of our client certificate, together with `DATABASE_TLS_KEY`.', secret: true }),
  DATABASE_TLS_KEY: pem.optional().meta({ description: "PEM of our client certificate's key.", secret: true }),
};

export const temporalVariables = {
  TEMPORAL_ADDRESS: z
    .string()
    .regex(/^[^\s/]+:\d+$/, { error: 'must be host:port' })
    .default('127.0.0.1:7233')
    .meta({ description: "Temporal's frontend, `host:port`." }),
  TEMPORAL_NAMESPACE: z
    .string()
    .min(1)
    .default('default')
    .meta({ description: 'The Temporal namespace; the search attributes must be registered in it.' }),
  TEMPORAL_UI_URL: httpUrl
    .default('http://127.0.0.1:8233')
    .meta({ description: 'Where people reach the Temporal UI; answers link to it.' }),
  TEMPORAL_TLS: z.stringbool().default(false).meta({ description: 'Whether to speak TLS to Temporal.' }),
  TEMPORAL_TLS_CA: pem
    .optional()
    .meta({ description: "PEM of the authority that signed Temporal's certificate, if it is not a public one.", secret: true }),
  TEMPORAL_TLS_CERT: pem
    .optional()
    .meta({ description: 'PEM of our client certificate (mTLS), together with `TEMPORAL_TLS_KEY`.', secret: true }),
  TEMPORAL_TLS_KEY: pem.optional().meta({ description: "PEM of our client certificate's key.", secret: true }),
  TEMPORAL_API_KEY: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'API key of Temporal Cloud; needs `TEMPORAL_TLS=true`.', secret: true }),
};

export const variables = {
  ...databaseVariables,
  DATABASE_POOL_MAX: z.coerce
    .number()
    .int()
    .min(2)
    .max(500)
    .default(10)
    .meta({ description: 'Connections to each database, for each process.' }),
  MASTER_KEY: masterKey.optional().meta({
    description:
      'Wraps the keys that seal credentials and payloads: 32 bytes in base64 (`openssl rand -base64 32`). Keep it; without it they are lost. **Required**, or `MASTER_KEY_KMS_ARN`.',
    secret: true,
    keepClosed: true,
  }),
  MASTER_KEY_KMS_ARN: kmsArn.optional().meta({
    description:
      'ARN of a symmetric key in AWS KMS, in place of `MASTER_KEY`. Credentials are found as by every AWS SDK; they need `kms:Encrypt` and `kms:Decrypt`.',
  }),
  MASTER_KEY_PREVIOUS: masterKey.optional().meta({
    description: 'The master key that a rotation replaces, until it is retired.',
    secret: true,
    keepClosed: true,
  }),
  MASTER_KEY_PREVIOUS_KMS_ARN: kmsArn.optional().meta({ description: 'The same, when it is in AWS KMS.' }),
  MASTER_KEY_KMS_ENDPOINT: httpUrl.optional().meta({ description: "AWS KMS under another address than AWS's own." }),
  ENCRYPT_PAYLOADS: z.stringbool().default(true).meta({ description: 'Whether raw payloads are stored encrypted.' }),
  ...temporalVariables,
  API_HOST: z.string().min(1).default('127.0.0.1').meta({ description: 'The interface that the API listens on.' }),
  API_PORT: port.default(3_000).meta({ description: 'The port that the API listens on.' }),
  PUBLIC_URL: httpUrl.meta({
    description:
      'What the outside world calls, such as `https://hooks.example.com`. Providers send webhooks there, and signatures are checked against it.',
  }),
  CORS_ORIGINS: origins.optional().meta({
    description: "Origins whose pages may call the API from a browser, comma separated. The API's own needs no entry.",
  }),
  PORTAL_EMBED_ORIGINS: origins.optional().meta({
    description:
      'Origins whose pages may show the portal in a frame, by a link of `POST /v1/companies/{id}/portal/links`, comma separated. Unset: none.',
  }),
  API_CONNECTIONS_MAX: z.coerce
    .number()
    .int()
    .min(10)
    .max(100_000)
    .default(2_000)
    .meta({ description: 'Connections to the API at once, for each process; more are closed at once.' }),
  ALLOW_PRIVATE_ADDRESSES: networks.optional().meta({
    description:
      'Networks that the engine may call although they are not public, comma separated, such as `10.1.0.0/16`. An address given by `PROVIDER_BASE_URL_<KEY>` needs no entry.',
  }),
  TRUST_PROXY: z
    .string()
    .transform((text) => (/^\d+$/.test(text) ? Number(text) : text.split(',').map((part) => part.trim())))
    .refine((proxies) => typeof proxies === 'number' || proxies.every(isNetwork), {
      error: 'must be a number of proxies, or their addresses or networks, comma separated',
    })
    .optional()
    .meta({
      description:
        "The proxies before the API whose word about a caller's address is taken: their number, or their addresses (`10.0.0.0/8`). Unset: none, and every caller behind a proxy has its address.",
    }),
  RATE_LIMIT_PER_KEY: limit(1_200).meta({
    description:
      'Requests a minute for each API key or person, over all API processes; 0 for no limit. Webhooks are not counted.',
  }),
  RATE_LIMIT_PER_ADDRESS: limit(3_000).meta({ description: 'Requests a minute for each address; 0 for no limit.' }),
  RATE_LIMIT_FAILED_SIGN_INS: limit(30).meta({
    description: 'Failed sign-ins in five minutes for each address; then it is refused for the rest of them. 0 for no limit.',
  }),
  JWT_ISSUER: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// address', abort: true })
    .refine(trusted.isOne, trusted)
    .optional()
    .meta({
      description: 'Who issues the tokens (JWTs) that people sign in with, exactly as in their `iss`. Unset: API keys alone.',
    }),
  JWT_AUDIENCE: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'What tokens must name as their audience; needed with `JWT_ISSUER`.' }),
  JWT_JWKS_URL: httpUrl
    .refine(trusted.isOne, trusted)
    .optional()
    .meta({ description: "The issuer's public keys. Unset: where its `/.well-known/openid-configuration` says." }),
  JWT_ALGORITHMS: commaSeparated
    .pipe(z.array(z.enum(asymmetric, { error: `must be a comma separated list of: ${asymmetric.join(', ')}` })).min(1))
    .default(['RS256', 'PS256', 'ES256', 'EdDSA'])
    .meta({ description: 'The signatures that are taken; never one with a shared secret.' }),
  JWT_CLOCK_SKEW_S: z.coerce
    .number()
    .int()
    .min(0)
    .max(300)
    .default(30)
    .meta({ description: "Seconds that the issuer's clock may differ from ours." }),
  OIDC_ISSUER: httpUrl
    .refine(trusted.isOne, trusted)
    .optional()
    .meta({ description: 'OpenID Connect provider that people may sign in to the console with. Unset: password or link.' }),
  OIDC_CLIENT_ID: z.string().min(1).optional().meta({ description: 'Our client there; needed with `OIDC_ISSUER`.' }),
  OIDC_CLIENT_SECRET: z.string().min(1).optional().meta({
    secret: true,
    description: 'Its secret; needed with `OIDC_ISSUER`. Its redirect address is `PUBLIC_URL/v1/session/oidc/callback`.',
  }),
  WORKER_QUEUES: commaSeparated
    .pipe(z.array(z.enum(queueNames, { error: `must be a comma separated list of: ${queueNames.join(', ')}` })).min(1))
    .default([...queueNames])
    .meta({ description: 'The task queues that this worker process serves, comma separated.' }),
  WORKER_METRICS_HOST: z
    .ipv4({ error: 'must be an IPv4 address' })
    .default('127.0.0.1')
    .meta({ description: "The interface of the workers' `/metrics` and `/health`, which ask nobody who they are." }),
  WORKER_METRICS_PORT: port.default(0).meta({ description: "Port of the workers' `/metrics` and `/health`; 0 for none." }),
  RAW_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(30)
    .meta({ description: 'Days that raw payloads and API call logs are kept. Events still waiting are kept longer.' }),
  RECONCILE_EVERY_S: z.coerce
    .number()
    .int()
    .min(10)
    .max(86_400)
    .default(300)
    .meta({ description: 'Seconds between passes that compare the database with Temporal and repair what differs.' }),
  SHUTDOWN_GRACE_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(20)
    .meta({ description: 'Seconds that running work is given to finish at a stop. The supervisor must wait longer.' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.optional().meta({
    description:
      'Where traces are sent, as OTLP over HTTP with JSON: a collector such as `http://127.0.0.1:4318`. Unset: nothing is traced.',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: otlpHeaders
    .optional()
    .meta({ description: 'Headers sent along, such as `authorization=Bearer%20abc`, comma separated.', secret: true }),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta({ description: 'How much is logged.' }),
  NOTIFY_TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/i, { error: 'must be AC and 32 hexadecimal digits' })
    .optional()
    .meta({
      description:
        "The platform's own Twilio account, by which people are told about incidents. All three `NOTIFY_` variables or none.",
    }),
  NOTIFY_TWILIO_AUTH_TOKEN: z.string().min(1).optional().meta({ description: 'Its auth token.', secret: true }),
  NOTIFY_TWILIO_FROM: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, { error: 'must be a number in E.164, such as +15005550006' })
    .optional()
    .meta({ description: 'Its sending number, in E.164.' }),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must look like smtps://user:password@host:465 or smtp://user:password@host:587' })
    .optional()
    .meta({
      description:
        'The mail server by which people are told about incidents: `smtps://` for TLS from the start, `smtp://` with STARTTLS. Goes with `NOTIFY_EMAIL_FROM`.',
      secret: true,
    }),
  NOTIFY_EMAIL_FROM: z
    .email({ error: 'must be an e-mail address' })
    .optional()
    .meta({ description: 'The sender of those e-mails.' }),
};

/** `PROVIDER_BASE_URL_TWILIO` and the like: one for each provider of the registry, none of them required. */
export const providerBaseUrlPrefix = 'PROVIDER_BASE_URL_';
export const providerBaseUrl = httpUrl.meta({
  description:
    "Sends a provider's calls to another address than the vendor's own: the sandbox, or a regional host. `<KEY>` is the provider's key in capitals.",
});

/** `OAUTH_CLIENT_ID_HUBSPOT` and `OAUTH_CLIENT_SECRET_HUBSPOT` and the like: both for a provider, or none. */
export const oauthClientIdPrefix = 'OAUTH_CLIENT_ID_';
export const oauthClientSecretPrefix = 'OAUTH_CLIENT_SECRET_';
export const oauthClientId = z
  .string()
  .min(1)
  .meta({ description: "The platform's own OAuth client at a provider, by which companies give their consent." });
export const oauthClientSecret = z.string().min(1).meta({ description: 'Its secret.', secret: true });
