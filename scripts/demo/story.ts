/**
 * The main job, told over the HTTP API: a company's Twilio account goes through onboarding, sync, webhooks, a message sent and
 * confirmed, a failure escalated, a value entered by hand, recovery, and a client-safe card. `npm run demo` tells it to a person;
 * the end-to-end test tells it to itself and looks at the rows.
 */
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

export interface Told {
  connectionId: string;
  accountSid: string;
  deliveryId: string;
  incidentId: string;
  card: Card;
}

interface Scene extends Stage {
  api: Api;
  twilio: SandboxControl;
  accountSid: string;
  authToken: string;
  number: string;
  customer: string;
  ownerPhone: string;
  ownerUserId: string;
}

const seededMessages = 1_250;
/** Short durations, so that the story is told in seconds; the defaults are minutes. */
const policy = {
  retry: { initialMs: 100, factor: 2, maxMs: 500, attemptsMax: 2 },
  escalateAfterFailedRuns: 3,
  ladder: [{ position: 1, tell: 'owner', channel: 'sms', acknowledgeWithinMs: 60_000 }],
  cadenceS: { messages: 86_400, usage: 86_400 },
  freshWithinS: 3_600,
  delivery: { statusWithinMs: 20_000, lookAfterMs: 500, quietHours: null },
};

export async function tellStory(stage: Stage): Promise<Told> {
  const scene = await setScene(stage);
  const connectionId = await onboard(scene);
  await syncAgain(scene, connectionId);
  await receiveWebhooks(scene, connectionId);
  const deliveryId = await sendMessage(scene, connectionId);
  await honourOptOut(scene, connectionId);
  const incidentId = await breakAndEscalate(scene, connectionId);
  await enterValueByHand(scene, connectionId);
  await recover(scene, connectionId, incidentId);
  await pauseAndResume(scene, connectionId);
  const card = await readCard(scene, connectionId);
  return { connectionId, accountSid: scene.accountSid, deliveryId, incidentId, card };
}

async function setScene(stage: Stage): Promise<Scene> {
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

async function onboard(scene: Scene): Promise<string> {
  const { api, say, companyId, accountSid, authToken, ownerUserId } = scene;
  const connection = await api.call('POST', `/companies/${companyId}/connections`, {
    providerKey: 'twilio',
    purpose: 'customer messages',
    label: 'Front desk SMS',
    reason: 'Customers ask for appointments by text.',
    ownerUserId,
    policy,
  });
  const step = (name: string, body?: unknown, status?: number) =>
    api.call('POST', `/connections/${connection.id}/onboarding/${name}`, body ?? {}, status);

  const early = await step('launch', {}, 409);
  say('Onboarding', `launching first is refused: ${early.error.message}`);
  const wrong = await step('access', { credentials: { kind: 'basic', values: { accountSid, authToken: 'f'.repeat(32) } } }, 409);
  say('Onboarding', `wrong credentials are refused: ${wrong.error.message}`);
  const access = await step('access', { credentials: { kind: 'basic', values: { accountSid, authToken } } });
  say('1 access', `account ${access.step.summary.accountStatus}, reaches ${access.step.summary.reaches} sender`);
  const records = await step('records');
  say('2 records', `credentials sealed, ${records.step.summary.jobs} jobs`);
  const mapping = await step('mapping');
  say(
    '3 mapping',
    `${mapping.step.summary['messages.mapped']} of ${mapping.step.summary['messages.sampled']} sampled messages map`,
  );
  const test = await step('test-run');
  promise(
    test.step.summary.created >= seededMessages,
    `the test run created ${test.step.summary.created} records, at least ${seededMessages} exist`,
  );
  say('4 test run', `created ${test.step.summary.created}, failed ${test.step.summary.failed}`);
  const baseline = await step('baseline', {
    nextAction: 'Reply to open questions by noon.',
    explanation: 'How many of your text messages reach customers.',
  });
  say('5 baseline', `messages delivered: ${baseline.step.summary.messages_delivered}`);
  const launch = await step('launch');
  say('6 launch', `confirmed by ${launch.step.by}; ${launch.step.summary.schedules} Schedules`);
  return connection.id;
}

/** The customer texts the number; Twilio posts it, signed, to the address that a person entered for the number in its Console. */
async function customerTexts(
  { api, twilio, number, customer }: Scene,
  connectionId: string,
  body: string,
): Promise<{ status: number }> {
  const { webhookUrl } = await api.call('GET', `/connections/${connectionId}`);
  return twilio('inbound', { to: number, from: customer, body, url: webhookUrl });
}

async function syncAndWait({ api }: Scene, connectionId: string) {
  const { runs } = await api.call('POST', `/connections/${connectionId}/sync`, { stream: 'messages' });
  const runId = runs[0].runId as string;
  return until(
    'the run has ended',
    () => api.call('GET', `/runs/${runId}`),
    (run) => run.outcome !== null,
  );
}

async function syncAgain(scene: Scene, connectionId: string): Promise<void> {
  const run = await syncAndWait(scene, connectionId);
  promise(run.outcome === 'succeeded' && run.counts.created === 0, 'a second sync succeeds and creates nothing');
  scene.say('Sync', `${run.outcome}: created ${run.counts.created}, unchanged ${run.counts.unchanged} (${run.workflow.id})`);
}

const metric = async ({ api, companyId }: Scene, connectionId: string, title: string): Promise<Card> => {
  const { items } = await api.call('GET', `/companies/${companyId}/portal/cards?connectionId=${connectionId}`);
  const card = (items as Card[]).find((each) => each.title === title);
  promise(card !== undefined, `the portal has a card "${title}"`);
  return card;
};

async function receiveWebhooks(scene: Scene, connectionId: string): Promise<void> {
  const { say, apiUrl } = scene;
  const before = Number((await metric(scene, connectionId, 'Text messages received')).current?.value);
  const { status } = await customerTexts(scene, connectionId, 'Can you come on Tuesday?');
  promise(status === 200, `a signed webhook is answered 200, not ${status}`);
  const card = await until(
    'the received message shows on the card',
    () => metric(scene, connectionId, 'Text messages received'),
    ({ current }) => Number(current?.value) === before + 1,
  );
  say('Webhook', `an inbound message is verified, stored and applied: received ${before} -> ${card.current!.value}`);

  const forged = await fetch(`${apiUrl}/webhooks/twilio/${connectionId}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'Zm9yZ2Vk' },
    body: 'MessageSid=SM00000000000000000000000000000000&MessageStatus=delivered',
  });
  promise(forged.status === 401, `a forged signature is answered 401, not ${forged.status}`);
  say('Webhook', 'a forged one is answered 401 and counted');
}

async function sendMessage(scene: Scene, connectionId: string): Promise<string> {
  const { api, twilio, companyId, customer, say, accountSid } = scene;
  const template = await api.call('POST', `/companies/${companyId}/templates`, {
    name: `Appointment ${randomBytes(3).toString('hex')}`,
    body: 'Hello {{name}}, your appointment is on {{day}}. Reply STOP to opt out.',
    variables: ['name', 'day'],
  });
  const message = { connectionId, templateId: template.id, to: customer };
  const refused = await api.call('POST', `/companies/${companyId}/messages`, { ...message, variables: { name: 'Ada' } }, 400);
  say('Message', `a missing variable is refused by name: ${refused.error.issues[0].path}`);
  // The first answer is lost after Twilio took the message: the engine must look before it sends again.
  await twilio('fault', {
    kind: 'reset_after_effect',
    match: { method: 'POST', path: `/Accounts/${accountSid}/Messages` },
    times: 1,
  });
  const sent = await api.call('POST', `/companies/${companyId}/messages`, {
    ...message,
    variables: { name: 'Ada', day: 'Tuesday' },
  });
  const delivered = await until(
    'the message is delivered',
    () => api.call('GET', `/messages/${sent.id}`),
    ({ status }) => status === 'delivered',
  );
  const atTwilio = (await twilio('messages', { accountSid })) as unknown[];
  promise(atTwilio.length === 1, `Twilio has the message once, not ${atTwilio.length} times`);
  say(
    'Message',
    `${delivered.history.map(({ status }: { status: string }) => status).join(' -> ')}; once at Twilio, though its first answer was lost`,
  );
  return sent.id;
}

async function honourOptOut(scene: Scene, connectionId: string): Promise<void> {
  const { api, companyId, customer, say } = scene;
  await customerTexts(scene, connectionId, 'STOP');
  await until(
    'the opt-out is known',
    () => api.call('GET', `/connections/${connectionId}/opt-outs`),
    ({ items }) => items.length === 1,
  );
  const { items } = await api.call('GET', `/companies/${companyId}/templates`);
  const refused = await api.call(
    'POST',
    `/companies/${companyId}/messages`,
    { connectionId, templateId: items[0].id, to: customer, variables: { name: 'Ada', day: 'Friday' } },
    422,
  );
  say('Opt-out', refused.error.message);
}

async function breakAndEscalate(scene: Scene, connectionId: string): Promise<string> {
  const { api, twilio, accountSid, companyId, say, notifyAccountSid, ownerPhone } = scene;
  await twilio('fault', { kind: 'status500', match: { path: `/Accounts/${accountSid}` } });
  for (let run = 1; run <= policy.escalateAfterFailedRuns; run += 1) {
    const failed = await syncAndWait(scene, connectionId);
    promise(failed.outcome === 'failed' && failed.code === 'provider_unavailable', `run ${run} fails as provider_unavailable`);
  }
  const connection = await until(
    'the connection is degraded',
    () => api.call('GET', `/connections/${connectionId}`),
    ({ state }) => state === 'degraded',
  );
  say('Failure', `3 failed runs in a row: ${connection.state}. ${connection.nextAction}`);

  const { items } = await until(
    'one incident is open',
    () => api.call('GET', `/companies/${companyId}/escalations?connectionId=${connectionId}&open=true`),
    (page) => page.items.length === 1,
  );
  const incident = items[0];
  await until(
    'the owner has one SMS',
    async () =>
      ((await twilio('messages', { accountSid: notifyAccountSid })) as { to: string }[]).filter(({ to }) => to === ownerPhone),
    (notices) => notices.length === 1,
  );
  say('Escalation', 'the owner is told by SMS, once');
  await api.call('POST', `/escalations/${incident.id}/acknowledge`, {});
  await api.call('POST', `/escalations/${incident.id}/take-over`, {});
  const taken = await api.call('GET', `/escalations/${incident.id}`);
  promise(taken.state === 'taken_over', `the incident is taken over, not ${taken.state}`);
  say('Escalation', `acknowledged and taken over (${taken.workflow.id})`);
  return incident.id;
}

async function enterValueByHand(scene: Scene, connectionId: string): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const monthAgo = new Date(Date.now() - 30 * 86_400_000).toISOString().slice(0, 10);
  await scene.api.call('POST', `/connections/${connectionId}/manual-values`, {
    metricKey: 'messages_delivered',
    value: '600',
    periodStart: monthAgo,
    periodEnd: today,
    reason: 'Counted from the front desk’s own list.',
  });
  const card = await metric(scene, connectionId, 'Text messages delivered');
  promise(card.enteredByPerson && card.current?.value === '600', 'the card shows the value and that a person entered it');
  scene.say('By hand', `the card reads ${card.current.value}, "${card.sourceLabel}"`);
}

async function recover(scene: Scene, connectionId: string, incidentId: string): Promise<void> {
  const { api, twilio, say } = scene;
  await twilio('clearFaults');
  const run = await syncAndWait(scene, connectionId);
  promise(run.outcome === 'succeeded', 'the run after the outage succeeds');
  await until(
    'the connection is active',
    () => api.call('GET', `/connections/${connectionId}`),
    ({ state }) => state === 'active',
  );
  const incident = await until(
    'the incident closed itself',
    () => api.call('GET', `/escalations/${incidentId}`),
    ({ state }) => state === 'recovered',
  );
  const { items } = await api.call('GET', `/connections/${connectionId}/reconciliations`);
  promise(items.length === 1, 'the difference between the person’s value and the provider’s is kept');
  say('Recovery', `incident ${incident.state}; by hand ${items[0].manualValue}, Twilio says ${items[0].providerValue}`);
}

async function pauseAndResume(scene: Scene, connectionId: string): Promise<void> {
  const { api, say } = scene;
  const before = Number((await metric(scene, connectionId, 'Text messages received')).current?.value);
  await api.call('POST', `/connections/${connectionId}/pause`, { reason: 'The front desk moves house.' });
  const refused = await api.call('POST', `/connections/${connectionId}/sync`, {}, 409);
  await customerTexts(scene, connectionId, 'Are you there?');
  await customerTexts(scene, connectionId, 'Hello?');
  const paused = await metric(scene, connectionId, 'Text messages received');
  promise(Number(paused.current?.value) === before && paused.status === 'paused', 'events wait while the connection is paused');
  await api.call('POST', `/connections/${connectionId}/resume`, {});
  await until(
    'both messages show after the resume',
    () => metric(scene, connectionId, 'Text messages received'),
    ({ current }) => Number(current?.value) === before + 2,
  );
  say('Pause', `sync now is refused ("${refused.error.message}"); 2 events waited and were applied once on resume`);
}

/** What the client sees, with the client's own key. */
async function readCard(scene: Scene, connectionId: string): Promise<Card> {
  const { api, apiUrl, companyId, say } = scene;
  const { id, key } = await api.call('POST', `/companies/${companyId}/api-keys`, {
    label: 'Demonstration client',
    role: 'client',
  });
  const client = apiClient(apiUrl, key);
  await client.call('GET', `/companies/${companyId}/connections`, undefined, 403);
  const card = await metric({ ...scene, api: client }, connectionId, 'Text messages delivered');
  promise(card.status === 'current' && !card.enteredByPerson, 'the final card is current and comes from the provider');
  await api.call('DELETE', `/api-keys/${id}`);
  say('Client', 'a client’s key reads the portal and nothing else (403 elsewhere)');
  return card;
}
