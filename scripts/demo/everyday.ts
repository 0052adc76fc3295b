/** The days on which all is well: syncs, webhooks, messages, a pause, and what the client reads. */
import { randomBytes } from 'node:crypto';
import type { Card } from '../../domain/card.ts';
import { apiClient, promise, until } from './client.ts';
import { customerTexts, metric, syncAndWait, type Scene } from './scene.ts';

export async function syncAgain(scene: Scene, connectionId: string): Promise<void> {
  const run = await syncAndWait(scene, connectionId);
  promise(run.outcome === 'succeeded' && run.counts.created === 0, 'a second sync succeeds and creates nothing');
  scene.say('Sync', `${run.outcome}: created ${run.counts.created}, unchanged ${run.counts.unchanged} (${run.workflow.id})`);
}

export async function receiveWebhooks(scene: Scene, connectionId: string): Promise<void> {
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

export async function sendMessage(scene: Scene, connectionId: string): Promise<string> {
  const { api, twilio, companyId, customer, say, accountSid } = scene;
  const template = await api.call('POST', `/companies/${companyId}/templates`, {
    name: `Appointment ${randomBytes(3).toString('hex')}`,
    body: 'Hello {{name}}, your appointment is on {{day}}. Reply STOP to opt out.',
    variables: ['name', 'day'],
  });
  const message = { connectionId, templateId: template.id, to: customer };
  const refused = await api.call(
    'POST',
    `/companies/${companyId}/messages`,
    { ...message, variables: { name: 'Adaline Quimby' } },
    400,
  );
  say('Message', `a missing variable is refused by name: ${refused.error.issues[0].path}`);
  // The first answer is lost after Twilio took the message: the engine must look before it sends again.
  await twilio('fault', {
    kind: 'reset_after_effect',
    match: { method: 'POST', path: `/Accounts/${accountSid}/Messages` },
    times: 1,
  });
  const sent = await api.call('POST', `/companies/${companyId}/messages`, {
    ...message,
    variables: { name: 'Adaline Quimby', day: 'Tuesday' },
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

export async function honourOptOut(scene: Scene, connectionId: string): Promise<void> {
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
    { connectionId, templateId: items[0].id, to: customer, variables: { name: 'Adaline Quimby', day: 'Friday' } },
    422,
  );
  say('Opt-out', refused.error.message);
}

export async function pauseAndResume(scene: Scene, connectionId: string): Promise<void> {
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
export async function readCard(scene: Scene, connectionId: string): Promise<Card> {
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
