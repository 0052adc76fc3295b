/** An account in the sandbox, the platform's app, and a person who answers the consent page. */
import type { ProviderFixture } from '../contract.suite.ts';
import { startSandbox } from '../../sandbox/server.ts';

export const client = { clientId: 'b1c2d3e4-0000-4000-8000-linkwright', clientSecret: 'canary-client-secret-4c1e' };
export const redirectUri = 'https://hooks.example.com/oauth/callback';
const privateToken = 'pat-na1-canary-private-token-7788';

export async function setUpHubspot(): Promise<ProviderFixture> {
  const sandbox = await startSandbox();
  await sandbox.control('hubspot', 'createApp', { ...client, redirectUris: [redirectUri] });
  const { portalId } = await sandbox.control('hubspot', 'createPortal', { privateToken });
  const { accessToken } = await sandbox.control('hubspot', 'createGrant', { clientId: client.clientId, portalId });
  return {
    baseUrl: `${sandbox.url}/hubspot`,
    close: sandbox.close,
    control: (verb, input) => sandbox.control('hubspot', verb, input),
    credentials: {
      oauth2: { accepted: { accessToken }, refused: { accessToken: 'canary-wrong-access-token-19' } },
      api_key: { accepted: { accessToken: privateToken }, refused: { accessToken: 'pat-na1-canary-wrong-token-20' } },
    },
    settings: {},
    records: {},
    oauth: { client, redirectUri, answer },
  };
}

/** Opens the page, follows the link of the answer, and stops where HubSpot sends the person back. */
async function answer(pageUrl: string, given: 'agree' | 'decline'): Promise<URL> {
  const page = await (await fetch(pageUrl)).text();
  const links = [...page.matchAll(/<a href="([^"]+)">([^<]+)<\/a>/g)];
  const link = links.find(([, , words]) => words!.startsWith(given === 'agree' ? 'Connect app' : 'Cancel'));
  if (!link) throw new Error(`The page has no such link: ${page}`);
  const target = link[1]!.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  const answered = await fetch(new URL(target, pageUrl), { redirect: 'manual' });
  return new URL(answered.headers.get('location')!);
}
