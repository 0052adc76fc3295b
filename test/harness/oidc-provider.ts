/** A real OpenID Connect provider on this machine, at which a test's person signs in by its own forms. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { OidcSettings } from '../../api/sessions/oidc.ts';
import { openBrowser, type Seen } from './browser.ts';

export interface OidcProvider {
  settings: OidcSettings;
  /** Follows the address that our API leads to, signs in and consents; answers where the provider then leads. */
  signIn(subject: string, address: string): Promise<string>;
  close(): Promise<void>;
}

export async function startOidcProvider({ redirectUri }: { redirectUri: string }): Promise<OidcProvider> {
  let answer: (...exchange: Parameters<RequestListener>) => Promise<void> = async () => undefined;
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { issuer, clientId: 'linkwright', clientSecret: 'a-secret-of-the-test' };
  const { warn } = console;
  console.warn = () => undefined; // that its keys, forms and memory are for development: they are
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: settings.clientId,
        client_secret: settings.clientSecret,
        redirect_uris: [redirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    cookies: { keys: ['test'] },
    ttl: { Interaction: 600, Session: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
    findAccount: (_context, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
  });
  console.warn = warn;
  answer = provider.callback();

  return {
    settings,
    async signIn(subject, address) {
      const browser = openBrowser();
      let seen: Seen = await browser.get(address);
      for (let step = 0; step < 12; step += 1) {
        if (seen.location.startsWith(redirectUri)) return seen.location;
        const form = /action="([^"]+)"[\s\S]*name="prompt" value="(\w+)"/.exec(seen.text);
        seen = form
          ? await browser.post(new URL(form[1]!, issuer).href, issuer, { prompt: form[2]!, login: subject, password: 'any' })
          : await browser.get(new URL(seen.location, issuer).href);
      }
      throw new Error(`The provider never led back: ${seen.status} ${seen.text.slice(0, 300)}`);
    },
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
