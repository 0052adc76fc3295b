import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import { ApiError } from './errors.ts';
import type { TokenSettings } from './tokens.ts';

export interface KeyTimes {
  /** Keys are read again after this long, so that one that the issuer withdrew stops counting. */
  freshForMs: number;
  /** So long the last reading goes on while the issuer does not answer. */
  staleForMs: number;
  /** The issuer is asked at most once in this time, whatever unknown keys tokens name. */
  pauseMs: number;
}
export const usualKeyTimes: KeyTimes = { freshForMs: 600_000, staleForMs: 86_400_000, pauseMs: 10_000 };

const answerWithinMs = 5_000;
const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** The issuer's public keys, as `jwtVerify` asks for them. */
export function createTokenKeys(
  settings: Pick<TokenSettings, 'issuer' | 'jwksUrl'>,
  log: Pick<Logger, 'warn'>,
  { freshForMs, staleForMs, pauseMs }: KeyTimes = usualKeyTimes,
): JWTVerifyGetKey {
  let keys: KeySet | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;

  /**
   * Requests that come together share one reading. When the issuer does not answer, what was read before stays. Answers whether the
   * issuer was asked at all: not so soon after the last time.
   */
  async function read(): Promise<boolean> {
    if (!asking && Date.now() - askedAtMs < pauseMs) return false;
    askedAtMs = asking ? askedAtMs : Date.now();
    asking ??= readOnce().finally(() => {
      asking = undefined;
    });
    await asking;
    return true;
  }

  async function readOnce(): Promise<void> {
    try {
      // When to read is decided here: left to itself, the library forgets its keys while their issuer is down.
      keys ??= createRemoteJWKSet(await findUrl(settings), {
        cacheMaxAge: Infinity,
        cooldownDuration: Infinity,
        timeoutDuration: answerWithinMs,
      });
      await keys.reload();
      readAtMs = Date.now();
    } catch (error) {
      log.warn({ err: error, issuer: settings.issuer }, 'the keys that check tokens cannot be read');
    }
  }

  return async (header, token) => {
    if (Date.now() - readAtMs > freshForMs) await read();
    if (!keys || Date.now() - readAtMs > staleForMs) throw unreadable();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    const wasAsked = await read();
    // Nobody can say whether the issuer has such a key.
    const wasHeard = readAtMs >= askedAtMs;
    if (!wasHeard) throw unreadable();
    // A key that the issuer brought into force a moment ago: whoever has its token has done nothing wrong.
    if (!wasAsked) throw notReadYet(Math.ceil(pauseMs / 1_000));
    return keys(header, token);
  };
}

async function findUrl({ issuer, jwksUrl }: Pick<TokenSettings, 'issuer' | 'jwksUrl'>): Promise<URL> {
  if (jwksUrl) return new URL(jwksUrl);
  // https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(answerWithinMs) });
  const document = discoverySchema.parse(await answer.json());
  if (document.issuer !== issuer) throw new Error('The discovery document is of another issuer than JWT_ISSUER.');
  const found = new URL(document.jwks_uri);
  // JWT_ISSUER itself is https, or this machine's: what it says must not lead to where anybody on the way may answer.
  if (found.protocol !== 'https:' && found.hostname !== new URL(issuer).hostname)
    throw new Error('The discovery document leads to keys over plain http: it must be https.');
  return found;
}

const notReadYet = (retryAfterS: number) =>
  new ApiError(401, 'unauthenticated', 'The token’s signature fits no key that its issuer had a moment ago: try again shortly.', {
    retryAfterS,
    isFailedSignIn: false,
  });

const unreadable = () =>
  new ApiError(
    503,
    'token_keys_unavailable',
    'The keys that check tokens cannot be read from their issuer: try again shortly. API keys work meanwhile.',
    { retryAfterS: 10 },
  );
