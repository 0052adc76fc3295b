import { dealMetrics } from '../../domain/metrics.ts';
import { defineProvider } from '../contract.ts';
import { check } from './check.ts';
import { contacts } from './contacts.ts';
import { deals } from './deals.ts';
import { classify, errorCatalogue } from './errors.ts';
import { quotaOf } from './quota.ts';
import { normalize } from './normalize.ts';
import { owners } from './owners.ts';
import { privateAppCredentials, settingsSchema, type HubspotCredentials, type HubspotSettings } from './schema.ts';
import { stages } from './stages.ts';
import { webhook } from './webhook.ts';

/**
 * Deals with their history, and contacts. Spoken to by the contract's own HTTP client: HubSpot's SDK (`@hubspot/api-client`) carries no
 * logic that is used here, asks the old token endpoint, and puts a limiter of its own between us and the calls that are logged.
 */
export const hubspot = defineProvider<HubspotCredentials, HubspotSettings>({
  key: 'hubspot',
  label: 'HubSpot',
  category: 'crm',
  docsUrl: 'https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth',
  baseUrl: 'https://api.hubapi.com',
  hosts: ['app.hubspot.com'],
  auth: [
    {
      kind: 'oauth2',
      label: 'Sign in at HubSpot',
      // https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/working-with-oauth
      authorizeUrl: 'https://app.hubspot.com/oauth/authorize',
      // v1 ends on 2027-02-16. https://developers.hubspot.com/docs/api-reference/auth-oauth-v3/guide
      tokenUrl: 'https://api.hubapi.com/oauth/v3/token',
      // Deletes the refresh token that is named. https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/revoke-token
      revoke: { url: 'https://api.hubapi.com/oauth/v3/token/revoke', ends: 'token' },
      clientAuth: 'client_secret_post',
      // What deals, their stages and owners, and contacts need. https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
      scopes: [
        'oauth',
        'crm.objects.contacts.read',
        'crm.objects.deals.read',
        'crm.objects.deals.write',
        'crm.objects.owners.read',
      ],
      lifetimeS: 1_800,
      // The same one comes back; should another come, it is the one that is kept.
      refreshToken: { rotates: false },
    },
    { kind: 'api_key', label: 'Private app token', credentials: privateAppCredentials, secrets: ['accessToken', 'clientSecret'] },
  ],
  needs: [
    // https://developers.hubspot.com/changelog/new-permission-requirements-for-installing-public-apps
    'A HubSpot account, and somebody in it who may install apps: a super admin, or a person with “App Marketplace Access”.',
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
