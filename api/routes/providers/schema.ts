import { z } from 'zod';
import { definitionOf } from '../../../domain/metrics.ts';
import type { AuthKind, Provider } from '../../../providers/contract.ts';
import { isConsent } from '../../../providers/oauth.ts';
import type { Deps } from '../../deps.ts';

const jsonSchema = z.record(z.string(), z.unknown()).meta({ description: 'A form as JSON Schema; a secret field is writeOnly.' });

const authSchema = z.object({
  kind: z.string(),
  label: z.string(),
  scopes: z.array(z.string()).meta({ description: 'What is asked for.' }),
  atProvider: z.boolean().meta({ description: 'Given at the provider, with POST …/oauth, not entered here.' }),
  isReady: z
    .boolean()
    .meta({ description: 'false: whoever runs Linkwright has given it no OAuth client at the provider, which this needs.' }),
});

export const providerSchema = z
  .object({
    key: z.string(),
    label: z.string(),
    category: z.string(),
    docsUrl: z.url(),
    streams: z.array(z.object({ key: z.string(), label: z.string(), object: z.string(), cadenceS: z.number() })),
    metrics: z.array(z.string()),
    cards: z
      .array(z.object({ metricKey: z.string(), title: z.string() }))
      .meta({ description: 'What its records feed, as clients read it.' }),
    takesWebhooks: z.boolean(),
    sendsMessages: z.boolean(),
    needs: z.array(z.string()).meta({ description: 'What the company has at the provider before it can be connected.' }),
    auth: z.array(authSchema).meta({ description: 'The ways to give access; one is enough.' }),
  })
  .meta({ id: 'Provider' });

export const providerFormsSchema = providerSchema
  .extend({
    auth: z.array(
      authSchema.extend({
        credentials: jsonSchema.nullable().meta({ description: 'null: it is given at the provider, with POST …/oauth.' }),
      }),
    ),
    settings: jsonSchema,
  })
  .meta({ id: 'ProviderForms' });

type Clients = Deps['oauth']['clientIds'];

export function describeProvider(provider: Provider, clients: Clients): z.input<typeof providerSchema> {
  const { key, label, category, docsUrl, metrics, needs = [] } = provider;
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
    cards: metrics.map((metricKey) => ({ metricKey, title: definitionOf(metricKey).title })),
    takesWebhooks: provider.webhook !== undefined,
    sendsMessages: provider.sendMessage !== undefined,
    needs: [...needs],
    auth: provider.auth.map((auth) => describeAuth(provider, auth, clients)),
  };
}

const describeAuth = ({ key }: Provider, auth: AuthKind, clients: Clients): z.input<typeof authSchema> => ({
  kind: auth.kind,
  label: auth.label,
  scopes: 'scopes' in auth ? [...auth.scopes] : [],
  atProvider: isConsent(auth),
  isReady: !isConsent(auth) || Object.hasOwn(clients, key),
});

/** What an admin fills in to connect: the credentials of each auth kind, and the settings. */
export function describeForms(provider: Provider, clients: Clients): z.input<typeof providerFormsSchema> {
  return {
    ...describeProvider(provider, clients),
    auth: provider.auth.map((auth) => ({
      ...describeAuth(provider, auth, clients),
      credentials: 'credentials' in auth ? markSecrets(formOf(auth.credentials), auth.secrets) : null,
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
