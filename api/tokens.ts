import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { unauthenticated } from './errors.ts';

export interface TokenSettings {
  issuer: string;
  audience: string;
  /** Where the issuer's keys are; `null`: as the issuer's own discovery document says. */
  jwksUrl: string | null;
  /** Asymmetric ones only: with a shared secret among them, the issuer's public key could sign. */
  algorithms: string[];
  clockSkewS: number;
}

/** Bearer JWTs. Of a token only who issued it, for whom, and whose it is count; what it says of roles is not looked at. */
export interface Tokens {
  issuer: string;
  /** Throws `ApiError`: 401 with what is wrong with the token, 503 when the issuer's keys cannot be read. */
  verify(token: string): Promise<{ issuer: string; subject: string }>;
}

export function createTokens({ issuer, audience, algorithms, clockSkewS }: TokenSettings, keys: JWTVerifyGetKey): Tokens {
  return {
    issuer,
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, keys, {
          issuer,
          audience,
          algorithms,
          clockTolerance: clockSkewS,
          requiredClaims: ['sub', 'exp'],
        });
        return { issuer, subject: payload.sub! };
      } catch (error) {
        if (error instanceof errors.JOSEError) throw unauthenticated(whatIsWrong(error));
        throw error;
      }
    },
  };
}

const claimWords: Record<string, string> = {
  iss: 'The token comes from another issuer than the one that is trusted here.',
  aud: 'The token is for another audience: ask its issuer for one for this API.',
  nbf: 'The token is not valid yet: look at the clock of the machine that issued it.',
  sub: 'The token does not say whose it is.',
  exp: 'The token has no end, and such a one is not taken.',
};

function whatIsWrong(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token is past its end: sign in again.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return claimWords[error.claim] ?? 'The token’s claims do not fit: sign in again.';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed in a way that is not taken here.';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed)
    return 'The token’s signature fits no key of its issuer: sign in again.';
  return 'The token cannot be read: sign in again.';
}
