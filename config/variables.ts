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
const port = z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535);
const pem = z.string().includes('-----BEGIN', { error: 'must be PEM text' });
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
  MASTER_KEY: z
    .base64({ error: 'must be base64' })
    .transform((text) => Buffer.from(text, 'base64'))
    .refine((key) => key.length === 32, { error: 'must be 32 bytes in base64: openssl rand -base64 32' })
    .meta({
      description:
        'Seals credentials and payloads: 32 bytes in base64 (`openssl rand -base64 32`). Keep it; without it they are lost.',
      secret: true,
    }),
  ENCRYPT_PAYLOADS: z.stringbool().default(true).meta({ description: 'Whether raw payloads are stored encrypted.' }),
  ...temporalVariables,
  API_HOST: z.string().min(1).default('127.0.0.1').meta({ description: 'The interface that the API listens on.' }),
  API_PORT: port.default(3_000).meta({ description: 'The port that the API listens on.' }),
  PUBLIC_URL: httpUrl.meta({
    description:
      'What the outside world calls, such as `https://hooks.example.com`. Providers send webhooks there, and signatures are checked against it.',
  }),
  WORKER_QUEUES: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(queueNames, { error: `must be a comma separated list of: ${queueNames.join(', ')}` })).min(1))
    .default([...queueNames])
    .meta({ description: 'The task queues that this worker process serves, comma separated.' }),
  WORKER_METRICS_PORT: port.default(0).meta({ description: "Port of the workers' Prometheus metrics; 0 for none." }),
  RAW_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_650)
    .default(30)
    .meta({ description: 'Days that raw payloads and API call logs are kept. Events still waiting are kept longer.' }),
  SHUTDOWN_GRACE_S: z.coerce
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(20)
    .meta({ description: 'Seconds that running work is given to finish at a stop. The supervisor must wait longer.' }),
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
};

/** `PROVIDER_BASE_URL_TWILIO` and the like: one for each provider of the registry, none of them required. */
export const providerBaseUrlPrefix = 'PROVIDER_BASE_URL_';
export const providerBaseUrl = httpUrl.meta({
  description:
    "Sends a provider's calls to another address than the vendor's own: the sandbox, or a regional host. `<KEY>` is the provider's key in capitals.",
});
