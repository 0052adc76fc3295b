/** The platform's own Twilio account in the sandbox, by which people are told about incidents during development. */
import { randomBytes } from 'node:crypto';

export function makeSender() {
  return { accountSid: `AC${randomBytes(16).toString('hex')}`, authToken: randomBytes(16).toString('hex'), from: '+15005550006' };
}

/** The sandbox forgets at every start, so the account is made again each time. */
export async function createSenderAccount(sandboxUrl, { accountSid, authToken, from }) {
  const answer = await fetch(`${sandboxUrl}/_control/twilio/createAccount`, {
    method: 'POST',
    body: JSON.stringify({ sid: accountSid, authToken, friendlyName: 'Linkwright', numbers: [{ phoneNumber: from }] }),
  });
  if (!answer.ok) throw new Error(`The sandbox refused the platform's account: ${await answer.text()}`);
}
