/**
 * The way of a person's browser to a provider's consent page and back. Nobody signs in here: the start link is good once, for the first
 * browser that opens it, and only the cookie that this browser was given completes the consent. The cookie is the PKCE verifier itself,
 * so neither the database nor an address that leaked is enough.
 */
import express, { type Request, type Response, type Router } from 'express';
import { calculatePKCECodeChallenge, generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';
import type { Consent } from '../../db/app/stores/consents.ts';
import type { Connection } from '../../db/app/stores/connections.ts';
import { addressInForce } from '../../providers/http.ts';
import { authorizationUrl } from '../../providers/oauth.ts';
import { getProvider } from '../../providers/registry.ts';
import type { Deps } from '../deps.ts';
import { localsOf } from '../locals.ts';
import { writeBegun } from './begun.ts';
import { showPage } from './page.ts';
import { consentAuthOf, redirectUriOf } from './settings.ts';
import { takeAnswer } from './take-answer.ts';

const secretForm = /^[A-Za-z0-9_-]{43}$/;

export function serveConsents(deps: Deps): Router {
  const router = express.Router();
  router.use(async (request, _response, next) => {
    await deps.limits.request(request.ip ?? '');
    next();
  });
  router.get('/start/:ticket', async (request, response) => {
    localsOf(response).route = '/oauth/start/:ticket';
    const asked = await findAsked(deps, request);
    if (asked) await showStart(deps, asked, response);
    else showSpent(response);
  });
  router.post('/start/:ticket', async (request, response) => {
    localsOf(response).route = '/oauth/start/:ticket';
    // The page names who asks for what. Another site that posts past it would lead a person into a consent that they never saw.
    const origin = request.get('origin');
    const asked = origin === undefined || origin === new URL(deps.publicUrl).origin ? await findAsked(deps, request) : null;
    if (!asked || !(await open(deps, asked, request, response))) showSpent(response);
  });
  router.get('/callback', async (request, response) => {
    localsOf(response).route = '/oauth/callback';
    const page = await takeAnswer(deps, request, response);
    if (page.status === 200 && page.back) response.set('Cache-Control', 'no-store').redirect(303, page.back);
    else showPage(response, page);
  });
  return router;
}

interface Asked {
  consent: Consent;
  connection: Connection;
}

async function findAsked({ stores }: Deps, request: Request): Promise<Asked | null> {
  const ticket = String(request.params['ticket']);
  const consent = secretForm.test(ticket) ? await stores.consents.findAsked(ticket) : null;
  const connection = consent && (await stores.connections.find(consent.connectionId));
  return connection ? { consent, connection } : null;
}

async function showStart(deps: Deps, { consent, connection }: Asked, response: Response): Promise<void> {
  const provider = getProvider(connection.providerKey);
  const { auth } = consentAuthOf(deps, provider);
  const company = await deps.stores.companies.find(connection.companyId);
  const person = await deps.stores.users.find(consent.actor);
  localsOf(response).ids = { connectionId: connection.id };
  showPage(response, {
    status: 200,
    title: `Connect ${provider.label} to ${company?.name ?? 'Linkwright'}`,
    sentences: [
      `${person ? person.name : 'Somebody with an API key'} asked in Linkwright to connect a ${provider.label} account as “${connection.label}”, for ${company?.name ?? 'a company'}.`,
      `${provider.label} will ask you to allow: ${auth.scopes.join(', ')}.`,
      'If you did not ask for this yourself, or do not know who did, close this page.',
    ],
    button: `Continue to ${provider.label}`,
    leadsTo: new URL(addressOf(deps, connection, auth.authorizeUrl)).origin,
  });
}

/** Ties the consent to this browser, and sends it on. */
async function open(deps: Deps, { consent, connection }: Asked, request: Request, response: Response): Promise<boolean> {
  const { auth, clientId } = consentAuthOf(deps, getProvider(connection.providerKey));
  const [state, codeVerifier] = [generateRandomState(), generateRandomCodeVerifier()];
  const challenge = await calculatePKCECodeChallenge(codeVerifier);
  if (!(await deps.stores.consents.open(String(request.params['ticket']), { state, challenge }))) return false;
  const page = await authorizationUrl(auth, { clientId, redirectUri: redirectUriOf(deps), state, codeVerifier });
  response.cookie(consent.id, writeBegun({ codeVerifier, returnTo: request.query['returnTo'] }), {
    httpOnly: true,
    sameSite: 'lax',
    secure: deps.publicUrl.startsWith('https:'),
    path: '/oauth/callback',
    expires: consent.expiresAt,
  });
  localsOf(response).ids = { connectionId: connection.id };
  response
    .set({ 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'no-store' })
    .redirect(303, addressOf(deps, connection, page));
  return true;
}

/** The vendor's page, or the sandbox's in its place. */
function addressOf({ oauth }: Deps, { providerKey }: Connection, url: string): string {
  const { baseUrl: vendorBaseUrl, hosts } = getProvider(providerKey);
  return addressInForce({ vendorBaseUrl, baseUrl: oauth.baseUrls[providerKey] ?? vendorBaseUrl, hosts }, url);
}

function showSpent(response: Response): void {
  localsOf(response).outcome = 'consent_spent';
  showPage(response, {
    status: 410,
    title: 'This link is no longer good',
    sentences: [
      'It was opened before, ten minutes have passed, or it was not followed from our own page. Ask for a new link in Linkwright.',
    ],
  });
}
