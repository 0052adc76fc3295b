/** What the platform has at its providers in the sandbox during development: a Twilio account, by which people are told, and a HubSpot app. */
import { randomBytes, randomUUID } from 'node:crypto';

export function makeSender() {
  return { accountSid: `AC${randomBytes(16).toString('hex')}`, authToken: randomBytes(16).toString('hex'), from: '+15005550006' };
}

/** The sandbox forgets at every start, so the account is made again each time. */
export async function createSenderAccount(sandboxUrl, { accountSid, authToken, from }) {
  await control(sandboxUrl, 'twilio/createAccount', {
    sid: accountSid,
    authToken,
    friendlyName: 'Linkwright',
    numbers: [{ phoneNumber: from }],
  });
}

export function makeHubspotClient() {
  return { clientId: randomUUID(), clientSecret: randomUUID() };
}

/** The app, and one account that may be connected with it. */
export async function createHubspotApp(sandboxUrl, client, publicUrl) {
  await control(sandboxUrl, 'hubspot/createApp', {
    ...client,
    redirectUris: [`${publicUrl.replace(/\/+$/, '')}/oauth/callback`],
  });
  await control(sandboxUrl, 'hubspot/createPortal', { portalId: 20_000_001, label: 'Bright Harbor Plumbing' });
}

async function control(sandboxUrl, verb, input) {
  const answer = await fetch(`${sandboxUrl}/_control/${verb}`, { method: 'POST', body: JSON.stringify(input) });
  if (!answer.ok) throw new Error(`The sandbox refused ${verb}: ${await answer.text()}`);
}
