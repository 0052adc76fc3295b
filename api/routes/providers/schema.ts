import { z } from 'zod';
import type { Provider } from '../../../providers/contract.ts';

const jsonSchema = z.record(z.string(), z.unknown()).meta({ description: 'A form as JSON Schema; a secret field is writeOnly.' });

export const providerSchema = z
  .object({
    key: z.string(),
    label: z.string(),
    category: z.string(),
    docsUrl: z.url(),
    streams: z.array(z.object({ key: z.string(), label: z.string(), object: z.string(), cadenceS: z.number() })),
    metrics: z.array(z.string()),
    takesWebhooks: z.boolean(),
    sendsMessages: z.boolean(),
  })
  .meta({ id: 'Provider' });

export const providerFormsSchema = providerSchema
  .extend({
    auth: z.array(
      z.object({
        kind: z.string(),
        label: z.string(),
        credentials: jsonSchema.nullable().meta({ description: 'null: it is given at the provider, with POST …/oauth.' }),
        scopes: z.array(z.string()).meta({ description: 'What is asked for.' }),
      }),
    ),
    settings: jsonSchema,
  })
  .meta({ id: 'ProviderForms' });

export function describeProvider(provider: Provider): z.input<typeof providerSchema> {
  const { key, label, category, docsUrl, metrics } = provider;
  const streams = Object.entries(provider.streams).map(([stream, { label: streamLabel, object, cadenceS }]) => ({
    key: stream,
    label: streamLabel,
    object,
    cadenceS,
  }));
  return {
    key,
    label,
    category,
    docsUrl,
    streams,
    metrics: [...metrics],
    takesWebhooks: provider.webhook !== undefined,
    sendsMessages: provider.sendMessage !== undefined,
  };
}

/** What an admin fills in to connect: the credentials of each auth kind, and the settings. */
export function describeForms(provider: Provider): z.input<typeof providerFormsSchema> {
  return {
    ...describeProvider(provider),
    auth: provider.auth.map((auth) => ({
      kind: auth.kind,
      label: auth.label,
      credentials: 'credentials' in auth ? markSecrets(formOf(auth.credentials), auth.secrets) : null,
      scopes: 'scopes' in auth ? [...auth.scopes] : [],
    })),
    settings: formOf(provider.settings),
  };
}

const formOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;

function markSecrets(form: Record<string, unknown>, secrets: string[]): Record<string, unknown> {
  const properties = Object.entries((form['properties'] ?? {}) as Record<string, object>).map(([key, field]) => [
    key,
    secrets.includes(key) ? { ...field, writeOnly: true, format: 'password' } : field,
  ]);
  return { ...form, properties: Object.fromEntries(properties) };
}
