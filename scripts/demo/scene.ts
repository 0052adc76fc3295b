/** The stage of the demonstration: a Twilio account in the sandbox, an owner with a phone, and what every chapter does with them. */
import { randomBytes, randomInt } from 'node:crypto';
import type { Card } from '../../domain/card.ts';
import { apiClient, promise, sandboxControl, until, type Api, type SandboxControl } from './client.ts';

export interface Stage {
  apiUrl: string;
  sandboxUrl: string;
  /** A platform admin's key. */
  adminKey: string;
  companyId: string;
  /** The platform's own Twilio account in the sandbox, by which people are told. */
  notifyAccountSid: string;
  /** Called once for each step that went as promised. */
  say(chapter: string, outcome: string): void;
}

export interface Scene extends Stage {
  api: Api;
  twilio: SandboxControl;
  accountSid: string;
  authToken: string;
  number: string;
  customer: string;
  ownerPhone: string;
  ownerUserId: string;
}

export const seededMessages = 1_250;
/** Short durations, so that the story is told in seconds; the defaults are minutes. */
export const policy = {
  retry: { initialMs: 100, factor: 2, maxMs: 500, attemptsMax: 2 },
  retryLadderMs: [86_400_000],
  escalateAfterFailedRuns: 3,
  ladder: [{ position: 1, tell: 'owner', channel: 'sms', acknowledgeWithinMs: 60_000 }],
  flapping: { reopenWithinMs: 1_000 },
  cadenceS: { messages: 86_400, usage: 86_400 },
  freshWithinS: 3_600,
  delivery: { statusWithinMs: 20_000, lookAfterMs: 500, quietHours: null },
};

export async function setScene(stage: Stage): Promise<Scene> {
  const api = apiClient(stage.apiUrl, stage.adminKey);
  const twilio = sandboxControl(stage.sandboxUrl, 'twilio');
  const number = phoneNumber('415');
  const ownerPhone = phoneNumber('628');
  const account = await twilio('createAccount', {
    friendlyName: 'Demo Plumbing',
    numbers: [{ phoneNumber: number, label: 'Front desk' }],
    messages: seededMessages,
  });
  const owner = await api.call('POST', `/companies/${stage.companyId}/users`, {
    name: 'Olive Owner',
    email: `olive.${randomBytes(4).toString('hex')}@example.com`,
    phone: ownerPhone,
    role: 'operator',
  });
  stage.say('Scene', `a Twilio account with one number and ${seededMessages} messages stands in the sandbox`);
  const customer = phoneNumber('650');
  return {
    ...stage,
    api,
    twilio,
    accountSid: account.sid,
    authToken: account.authToken,
    number,
    customer,
    ownerPhone,
    ownerUserId: owner.id,
  };
}

/** A number of its own for each telling. An exchange begins with 2 to 9 and does not end in 11. */
function phoneNumber(area: string): string {
  const exchange = `${randomInt(2, 10)}${randomInt(2, 10)}${randomInt(0, 10)}`;
  return `+1${area}${exchange}${String(randomInt(0, 10_000)).padStart(4, '0')}`;
}

/** The customer texts the number; Twilio posts it, signed, to the address that a person entered for the number in its Console. */
export async function customerTexts(
  { api, twilio, number, customer }: Scene,
  connectionId: string,
  body: string,
): Promise<{ status: number }> {
  const { webhookUrl } = await api.call('GET', `/connections/${connectionId}`);
  return twilio('inbound', { to: number, from: customer, body, url: webhookUrl });
}

export async function syncAndWait({ api }: Scene, connectionId: string) {
  const { runs } = await api.call('POST', `/connections/${connectionId}/sync`, { stream: 'messages' });
  const runId = runs[0].runId as string;
  return until(
    'the run has ended',
    () => api.call('GET', `/runs/${runId}`),
    (run) => run.outcome !== null,
  );
}

export const metric = async ({ api, companyId }: Scene, connectionId: string, title: string): Promise<Card> => {
  const { items } = await api.call('GET', `/companies/${companyId}/portal/cards?connectionId=${connectionId}`);
  const card = (items as Card[]).find((each) => each.title === title);
  promise(card !== undefined, `the portal has a card "${title}"`);
  return card;
};
