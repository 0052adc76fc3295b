/** An issuer of tokens as an identity provider is one: discovery document, key set and keys of its own, over real HTTP. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SignJWT, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';

export const audience = 'https://api.example.com';

export interface TokenIssuer {
  /** As in `iss`. */
  issuer: string;
  jwksUrl: string;
  /** How often its key set was read. */
  reads: number;
  /** Makes a key, shows it in the key set unless told otherwise, and signs with it from now on. */
  rotate(options?: { shown?: boolean }): Promise<void>;
  /** Takes every key but the newest out of the key set. */
  withdrawOld(): void;
  /** Public part of the newest key. */
  publicKey: CryptoKey;
  /** A sound token of `sub`, changed as told. */
  token(sub: string, changes?: TokenChanges): Promise<string>;
  /** Breaks every connection until `answer`. */
  fall(): void;
  answer(): void;
  close(): Promise<void>;
}

export interface TokenChanges {
  iss?: string;
  aud?: string | string[];
  /** Seconds from now. */
  exp?: number | null;
  nbf?: number;
  claims?: Record<string, unknown>;
}

export async function startTokenIssuer(): Promise<TokenIssuer> {
  const shown: JWK[] = [];
  let newest: { kid: string; privateKey: CryptoKey; publicKey: CryptoKey; jwk: JWK };
  let made = 0;
  let isDown = false;
  const server = createServer((request, response) => {
    if (isDown) return void request.socket.destroy();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/keys') issuer.reads += 1;
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: issuer.issuer, jwks_uri: issuer.jwksUrl },
      '/keys': { keys: shown },
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document ? 200 : 404).end(JSON.stringify(document ?? {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const issuer: TokenIssuer = {
    issuer: url,
    jwksUrl: `${url}/keys`,
    reads: 0,
    get publicKey() {
      return newest.publicKey;
    },
    async rotate({ shown: isShown = true } = {}) {
      const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
      const kid = `key-${(made += 1)}`;
      newest = { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
      if (isShown) shown.push(newest.jwk);
    },
    withdrawOld() {
      shown.splice(0, shown.length, newest.jwk);
    },
    async token(sub, { iss = url, aud = audience, exp = 300, nbf, claims = {} } = {}) {
      const now = Math.floor(Date.now() / 1_000);
      const token = new SignJWT({
        ...claims,
        ...(exp !== null && { exp: now + exp }),
        ...(nbf !== undefined && { nbf: now + nbf }),
      });
      return token
        .setProtectedHeader({ alg: 'RS256', kid: newest.kid })
        .setIssuer(iss)
        .setAudience(aud)
        .setSubject(sub)
        .sign(newest.privateKey);
    },
    fall() {
      isDown = true;
      server.closeAllConnections();
    },
    answer() {
      isDown = false;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  await issuer.rotate();
  return issuer;
}
