/**
 * Signing in at the platform's OpenID Connect provider: authorization code with PKCE, state and nonce, all three tied to the one
 * browser by its cookie. Who the provider says it is must be linked to one of our people (`POST /v1/users/:id/token`).
 */
import type { Request, Response } from 'express';
import * as client from 'openid-client';
import { z } from 'zod';
import { showPage } from '../consents/page.ts';
import { ApiError } from '../errors.ts';
import { isOwnPath } from '../own-path.ts';
import { readCookie } from './cookie.ts';

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

const cookieName = 'linkwright-sign-in';
const path = '/v1/session/oidc';
const begunSchema = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), returnTo: z.string() });

export function createOidc({ issuer, clientId, clientSecret }: OidcSettings, publicUrl: string) {
  const isSecure = publicUrl.startsWith('https:');
  const redirectUri = `${publicUrl}${path}/callback`;
  let discovered: Promise<client.Configuration> | undefined;

  /** Asked once; again when it failed, so that a provider that was away does not keep people out for good. */
  async function provider(): Promise<client.Configuration> {
    const insecure = issuer.startsWith('http:') ? { execute: [client.allowInsecureRequests] } : undefined;
    discovered ??= client.discovery(new URL(issuer), clientId, clientSecret, undefined, insecure);
    try {
      return await discovered;
    } catch {
      discovered = undefined;
      throw new ApiError(503, 'unavailable', 'The sign-in provider does not answer: try again, or sign in by password.');
    }
  }

  return {
    async start(request: Request, response: Response): Promise<void> {
      const configuration = await provider();
      const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
      const address = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid',
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const { returnTo } = request.query;
      const begun = { state, nonce, verifier, returnTo: isOwnPath(returnTo) ? returnTo : '/' };
      response.cookie(cookieName, Buffer.from(JSON.stringify(begun)).toString('base64url'), {
        httpOnly: true,
        sameSite: 'lax',
        secure: isSecure,
        path,
        maxAge: 600_000,
      });
      response.set({ 'Cache-Control': 'no-store' }).redirect(303, address.href);
    },

    /** Who the provider says it is. Throws `ApiError` 401 for an answer that this browser did not ask for. */
    async finish(
      request: Request,
      response: Response,
    ): Promise<{ identity: { issuer: string; subject: string }; returnTo: string }> {
      const configuration = await provider();
      const begun = readBegun(readCookie(request, cookieName));
      response.clearCookie(cookieName, { path });
      if (!begun) throw refused('This sign-in was begun in another browser, or more than ten minutes ago');
      try {
        const tokens = await client.authorizationCodeGrant(configuration, new URL(request.originalUrl, publicUrl), {
          pkceCodeVerifier: begun.verifier,
          expectedState: begun.state,
          expectedNonce: begun.nonce,
          idTokenExpected: true,
        });
        const { iss, sub } = tokens.claims()!;
        return { identity: { issuer: iss, subject: sub }, returnTo: begun.returnTo };
      } catch {
        throw refused('The sign-in provider did not say who you are');
      }
    },

    refuse(response: Response): void {
      showPage(response, {
        status: 403,
        title: 'You are not known here yet',
        sentences: [
          'The sign-in provider knows you, but nobody in Linkwright is linked to you, or you were disabled: ask an admin.',
        ],
      });
    },
  };
}

const refused = (why: string) =>
  new ApiError(401, 'unauthenticated', `${why}: begin again from the console.`, { isFailedSignIn: false });

function readBegun(cookie: string | undefined): z.output<typeof begunSchema> | null {
  try {
    return begunSchema.parse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString()));
  } catch {
    return null;
  }
}
