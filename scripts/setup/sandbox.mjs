/** What the platform has at its providers in the sandbox during development: a Twilio account, by which people are told, and apps at HubSpot, Salesforce and Pipedrive. */
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

export function makeOAuthClient() {
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

/** The app, and one org that may be connected with it. */
export async function createSalesforceApp(sandboxUrl, client, publicUrl) {
  await control(sandboxUrl, 'salesforce/createApp', {
    ...client,
    redirectUris: [`${publicUrl.replace(/\/+$/, '')}/oauth/callback`],
  });
  const name = 'Bright Harbor Plumbing';
  const { orgId } = await control(sandboxUrl, 'salesforce/createOrg', { name, host: 'bright-harbor.my.salesforce.com' });
  await control(sandboxUrl, 'salesforce/createOpportunities', { orgId, count: 60, movesEach: 2, apartS: 3_600 });
}

/** The app, and one company that may be connected with it. */
export async function createPipedriveApp(sandboxUrl, client, publicUrl) {
  await control(sandboxUrl, 'pipedrive/createApp', {
    ...client,
    redirectUris: [`${publicUrl.replace(/\/+$/, '')}/oauth/callback`],
  });
  const { companyId } = await control(sandboxUrl, 'pipedrive/createCompany', {
    name: 'Bright Harbor Plumbing',
    domain: 'bright-harbor',
  });
  await control(sandboxUrl, 'pipedrive/createPersons', { companyId, count: 20 });
  await control(sandboxUrl, 'pipedrive/createDeals', { companyId, count: 60, movementsEach: 2 });
}

async function control(sandboxUrl, verb, input) {
  const answer = await fetch(`${sandboxUrl}/_control/${verb}`, { method: 'POST', body: JSON.stringify(input) });
  if (!answer.ok) throw new Error(`The sandbox refused ${verb}: ${await answer.text()}`);
  return answer.json();
}
