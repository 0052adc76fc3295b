/**
 * Salesforce: opportunities with their stage history, contacts and stages, over the REST API.
 *
 * Our own HTTP client and zod instead of the SDK (jsforce): what is needed here is one GET with a query and a link to its next page,
 * while jsforce renews sessions by itself, beside the engine's lease, and its errors carry neither the status nor a header
 * (https://github.com/jsforce/jsforce/blob/main/src/http-api.ts), so that the API limit could not be told.
 *
 * Polled only. Salesforce signs no webhook for records: an outbound message is SOAP without a signature
 * (https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_om_outboundmessaging_understanding.htm), and Change Data
 * Capture needs a gRPC stream and a licence for each object. Every change moves SystemModstamp, so nothing is missed by asking.
 */
import { dealMetrics } from '../../domain/metrics.ts';
import { defineProvider } from '../contract.ts';
import { check } from './check.ts';
import { contacts } from './contacts.ts';
import { deals } from './deals.ts';
import { classify, errorCatalogue } from './errors.ts';
import { quotaOf } from './quota.ts';
import { owners } from './owners.ts';
import { keyCredentials, settingsSchema, type SalesforceCredentials, type SalesforceSettings } from './schema.ts';
import { stages } from './stages.ts';

/**
 * Where orgs live: `acme.my.salesforce.com`, a sandbox's `acme--uat.sandbox.my.salesforce.com`, older `na1.salesforce.com`.
 * https://help.salesforce.com/s/articleView?id=sf.domain_name_url_formats.htm
 */
const orgHosts = ['*.salesforce.com'];

const atTokens = {
  // https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_endpoints.htm
  tokenUrl: 'https://login.salesforce.com/services/oauth2/token',
  clientAuth: 'client_secret_post',
  // No answer says. A session that nobody uses ends after two hours, unless the org says otherwise (15 minutes to 24 hours); one that
  // ended earlier is refused as INVALID_SESSION_ID and renewed then. A tenth less, for whoever is in the middle of a call.
  // https://help.salesforce.com/s/articleView?id=sf.admin_sessions.htm
  lifetimeS: 6_480,
  instance: { field: 'instance_url', hosts: orgHosts },
  // https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
  errorWords: {
    invalid_client_id: 'invalid_client',
    invalid_client_credentials: 'invalid_client',
    invalid_app_access: 'invalid_grant',
    inactive_user: 'invalid_grant',
    inactive_org: 'invalid_grant',
    rate_limit_exceeded: 'temporarily_unavailable',
  },
} as const;

export const salesforce = defineProvider<SalesforceCredentials, SalesforceSettings>({
  key: 'salesforce',
  label: 'Salesforce',
  category: 'crm',
  docsUrl: 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/intro_rest.htm',
  baseUrl: 'https://login.salesforce.com',
  hosts: orgHosts,
  auth: [
    {
      ...atTokens,
      kind: 'oauth2',
      label: 'Sign in at Salesforce',
      // https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_web_server_flow.htm
      authorizeUrl: 'https://login.salesforce.com/services/oauth2/authorize',
      // Ends the refresh token and the sessions that came of it. https://help.salesforce.com/s/articleView?id=sf.remoteaccess_revoke_token.htm
      revoke: { url: 'https://login.salesforce.com/services/oauth2/revoke', ends: 'token' },
      // https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_tokens_scopes.htm
      scopes: ['api', 'refresh_token'],
      // Whether they rotate is a setting of the app, and no answer tells. "No" is the safe word for both: a new one that comes is kept
      // before it is used; where none rotates, a lost answer costs nothing; and where they do, asking again with the old one is refused
      // as invalid_grant, which asks for a new consent, just as "yes" would have done at once.
      // https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_refresh_token_flow.htm
      refreshToken: { rotates: false },
    },
    {
      ...atTokens,
      kind: 'jwt_bearer',
      label: 'Key of an own app (JWT bearer)',
      // https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_jwt_flow.htm
      algorithm: 'RS256',
      audience: 'https://login.salesforce.com',
      // They cannot be asked for: what the app was approved for is granted.
      scopes: [],
      credentials: keyCredentials,
      secrets: ['privateKey'],
    },
  ],
  needs: [
    // https://developer.salesforce.com/docs/platform/api-rest/guide/intro-rest-compatible-editions.html
    'A Salesforce edition whose API may be called: Enterprise, Unlimited, Performance or Developer, or Professional with API access added.',
    // https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_concepts_security.htm
    'A user there with “API Enabled” who sees the opportunities, the contacts and their fields: records that they do not see are not read.',
    // Since September 2025. https://help.salesforce.com/s/articleView?id=005132365&type=1
    'To sign in there: an admin who installs the app in your org first, or a user with “Approve Uninstalled Connected Apps”.',
  ],
  settings: settingsSchema,
  check,
  streams: { deals, contacts },
  stages,
  owners,
  normalize: () => [],
  optedOutCodes: [],
  metrics: dealMetrics,
  classify,
  quotaOf,
  errorCatalogue,
});
