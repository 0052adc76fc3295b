import { dealMetrics } from '../../domain/metrics.ts';
import { defineProvider } from '../contract.ts';
import { check } from './check.ts';
import { classify, errorCatalogue } from './errors.ts';
import { quotaOf } from './quota.ts';
import { normalize } from './normalize.ts';
import { owners } from './owners.ts';
import { apiTokenCredentials, settingsSchema, type PipedriveCredentials, type PipedriveSettings } from './schema.ts';
import { stages } from './stages.ts';
import { contacts, deals } from './streams.ts';
import { webhook } from './webhook.ts';

export const pipedrive = defineProvider<PipedriveCredentials, PipedriveSettings>({
  key: 'pipedrive',
  label: 'Pipedrive',
  category: 'crm',
  docsUrl: 'https://developers.pipedrive.com/docs/api/v1',
  // For API tokens, which say nothing of the company that they are for. https://pipedrive.readme.io/docs/core-api-concepts-requests
  baseUrl: 'https://api.pipedrive.com',
  hosts: ['*.pipedrive.com'],
  auth: [
    {
      kind: 'api_key',
      label: 'Personal API token',
      credentials: apiTokenCredentials,
      secrets: ['apiToken', 'webhookUser', 'webhookPassword'],
    },
    {
      kind: 'oauth2',
      label: 'Sign in at Pipedrive',
      // https://pipedrive.readme.io/docs/marketplace-oauth-authorization
      authorizeUrl: 'https://oauth.pipedrive.com/oauth/authorize',
      tokenUrl: 'https://oauth.pipedrive.com/oauth/token',
      // Marks the app as uninstalled. https://pipedrive.readme.io/docs/app-uninstallation
      revoke: { url: 'https://oauth.pipedrive.com/oauth/revoke', ends: 'grant' },
      clientAuth: 'client_secret_basic',
      // Set in the app, not asked for: a person takes all or none. `recents:read` opens the deals' logs, `deals:full` lets them be
      // changed, and `users:read` tells who owns them.
      // https://pipedrive.readme.io/docs/marketplace-scopes-and-permissions-explanations
      scopes: ['base', 'deals:full', 'contacts:read', 'recents:read', 'users:read'],
      lifetimeS: 3_600,
      instance: { field: 'api_domain', hosts: ['*.pipedrive.com'] },
      // The same one comes back, good for another 60 days; should another come, it is the one that is kept.
      refreshToken: { rotates: false },
      errorWords: { user_denied: 'access_denied' },
    },
  ],
  needs: [
    // https://developers.pipedrive.com/changelog/post/introducing-pipeline-visibility and https://support.pipedrive.com/en/article/visibility-groups
    'A Pipedrive account, and a person in it who sees all pipelines and deals: what is not visible to them is not read.',
    // https://pipedrive.readme.io/docs/enabling-api-for-company-users
    'For a personal API token: “use API” in that person’s permission set.',
  ],
  settings: settingsSchema,
  check,
  streams: { deals, contacts },
  stages,
  owners,
  webhook,
  normalize,
  optedOutCodes: [],
  metrics: dealMetrics,
  classify,
  quotaOf,
  errorCatalogue,
});
