import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Consent } from '../../db/app/stores/consents.ts';
import { readCallback } from '../../providers/oauth.ts';
import { getProvider } from '../../providers/registry.ts';
import type { Deps } from '../deps.ts';
import { ApiError } from '../errors.ts';
import { giveAccess, giveNewCredentials } from '../give-credentials.ts';
import { localsOf } from '../locals.ts';
import { readCookie } from '../sessions/cookie.ts';
import { isStillIn } from '../still-in.ts';
import { readBegun, type Begun } from './begun.ts';
import type { Page } from './page.ts';
import { consentAuthOf, redirectUriOf } from './settings.ts';

const secretForm = /^[A-Za-z0-9_-]{43}$/;
const notConnected = 'Nothing was connected';
const askAgain = 'Ask for a new link in Linkwright and open it in this browser.';

/** Why an answer of a provider is not taken; `status` is the page's. */
type Refusal = { reason: string; status: number; sentence: string; next?: string };
const refusals = {
  used: { reason: 'reused_state', status: 409, sentence: 'This consent was answered before.' },
  expired: { reason: 'expired_state', status: 410, sentence: 'More than ten minutes have passed since this consent was begun.' },
  otherBrowser: {
    reason: 'other_browser',
    status: 403,
    sentence: 'This consent was begun in another browser, or by another person.',
  },
  revoked: { reason: 'key_revoked', status: 403, sentence: 'Whoever asked for this consent may no longer do so.' },
  unreadable: { reason: 'unreadable', status: 400, sentence: 'The provider’s answer cannot be read.' },
} satisfies Record<string, Refusal>;

/** What a provider says a person answered. Its state is spent by this, whatever comes of it. */
export async function takeAnswer(deps: Deps, request: Request, response: Response): Promise<Page> {
  const query = new URL(request.originalUrl, deps.publicUrl).searchParams;
  const state = query.get('state') ?? '';
  const from = request.ip ?? null;
  const found = secretForm.test(state) ? await deps.stores.consents.use(state) : ({ verdict: 'unknown' } as const);
  if (found.verdict === 'unknown') return turnAway(deps, response);
  const { consent } = found;
  localsOf(response).ids = { connectionId: consent.connectionId };
  const begun = readBegun(readCookie(request, consent.id));
  response.clearCookie(consent.id, { path: '/oauth/callback' });
  const page = await settle(deps, response, { ...found, begun, query, state, from });
  return begun?.returnTo ? { ...page, back: deps.publicUrl + begun.returnTo } : page;
}

interface Answered {
  verdict: 'good' | 'used' | 'expired';
  consent: Consent;
  begun: Begun | null;
  query: URLSearchParams;
  state: string;
  from: string | null;
}

async function settle(deps: Deps, response: Response, { verdict, consent, begun, query, state, from }: Answered): Promise<Page> {
  if (verdict !== 'good') return refuse(deps, response, consent, refusals[verdict], from);
  if (!begun || !provesIt(begun.codeVerifier, consent)) return refuse(deps, response, consent, refusals.otherBrowser, from);
  if (!(await isStillIn(deps, consent, 'connection.authorize'))) return refuse(deps, response, consent, refusals.revoked, from);

  const connection = await deps.stores.connections.get(consent.connectionId);
  const provider = getProvider(connection.providerKey);
  const { auth, clientId } = consentAuthOf(deps, provider);
  let answered: ReturnType<typeof readCallback>;
  try {
    answered = readCallback(auth, clientId, query, state);
  } catch {
    return refuse(deps, response, consent, refusals.unreadable, from);
  }
  if ('error' in answered) {
    const error = /^[a-z_]{1,40}$/.test(answered.error) ? answered.error : 'unknown';
    const sentence =
      error === 'access_denied'
        ? `The access was declined at ${provider.label}: nothing was changed.`
        : `${provider.label} did not give the access (${error}): nothing was changed.`;
    return refuse(deps, response, consent, { reason: error, status: 409, sentence }, from);
  }

  const values = { code: answered.code, codeVerifier: begun.codeVerifier, redirectUri: redirectUriOf(deps) };
  const give = consent.purpose === 'access' ? giveAccess : giveNewCredentials;
  let taken: Awaited<ReturnType<typeof give>>;
  try {
    taken = await give(deps, connection, { kind: auth.kind, values }, { actor: consent.actor, from });
  } catch (error) {
    // The command has its own audit row.
    if (!(error instanceof ApiError)) throw error;
    const { status, code, message } = error;
    localsOf(response).outcome = code;
    return { status, title: `${provider.label} could not be connected`, sentences: [message, askAgain] };
  }
  if (taken.verdict !== 'accepted') {
    const sentence = `“${connection.label}” had its access already, so what you agreed to now was not taken: nothing was changed.`;
    const next = 'To replace the access of a launched connection, ask for a new link in Linkwright.';
    return refuse(deps, response, consent, { reason: taken.verdict, status: 409, sentence, next }, from);
  }
  localsOf(response).outcome = 'consent_given';
  return {
    status: 200,
    title: `${provider.label} is connected`,
    sentences: [
      consent.purpose === 'access'
        ? `The access of “${connection.label}” is confirmed: go on with the next step of its onboarding in Linkwright.`
        : `“${connection.label}” uses the new access from now on.`,
      'You can close this page.',
    ],
  };
}

/** An answer to nothing that we know of: anybody may make one up, so it is counted and logged, and writes no row. */
function turnAway(deps: Deps, response: Response): Page {
  deps.metrics.unknownConsents.inc();
  localsOf(response).outcome = 'unknown_state';
  return { status: 400, title: notConnected, sentences: ['Nobody asked for this consent here.', askAgain] };
}

async function refuse(deps: Deps, response: Response, consent: Consent, refusal: Refusal, from: string | null): Promise<Page> {
  const { reason, status, sentence, next = askAgain } = refusal;
  localsOf(response).outcome = reason;
  await deps.stores.audit.append({
    companyId: consent.companyId,
    actor: consent.actor,
    action: 'consent.answer',
    subject: consent.connectionId,
    outcome: 'refused',
    detail: { reason, consent: consent.id },
    from,
  });
  return { status, title: notConnected, sentences: [sentence, next] };
}

/** The cookie is the verifier whose challenge the consent was opened with. */
function provesIt(codeVerifier: string, { challenge }: Consent): boolean {
  const proved = createHash('sha256').update(codeVerifier).digest();
  return challenge !== null && timingSafeEqual(proved, Buffer.from(challenge, 'base64url'));
}
