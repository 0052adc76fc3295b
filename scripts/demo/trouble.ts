/** The day on which Twilio is down: people are told, step in by hand, and hand back. */
import { dayReader } from '../../domain/local-time.ts';
import { promise, until } from './client.ts';
import { metric, policy, syncAndWait, type Scene } from './scene.ts';

export async function breakAndEscalate(scene: Scene, connectionId: string): Promise<string> {
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

export async function enterValueByHand(scene: Scene, connectionId: string): Promise<void> {
  const { timeZone } = await scene.api.call('GET', `/companies/${scene.companyId}`);
  const dayOf = dayReader(timeZone);
  await scene.api.call('POST', `/connections/${connectionId}/manual-values`, {
    metricKey: 'messages_delivered',
    value: '600',
    periodStart: dayOf(Date.now() - 30 * 86_400_000),
    periodEnd: dayOf(Date.now()),
    reason: 'Counted from the front desk’s own list.',
  });
  const card = await metric(scene, connectionId, 'Text messages delivered');
  promise(card.enteredByPerson && card.current?.value === '600', 'the card shows the value and that a person entered it');
  scene.say('By hand', `the card reads ${card.current.value}, "${card.sourceLabel}"`);
}

export async function recover(scene: Scene, connectionId: string, incidentId: string): Promise<void> {
  const { api, twilio, say, notifyAccountSid, ownerPhone } = scene;
  await twilio('clearFaults');
  await until(
    'Twilio is asked again',
    () => api.call('GET', `/connections/${connectionId}`),
    ({ circuit }) => circuit.state === 'closed',
  );
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
  await until(
    'the owner hears that it is over',
    async () => (await twilio('messages', { accountSid: notifyAccountSid })) as { to: string; body: string }[],
    (sent) => sent.some(({ to, body }) => to === ownerPhone && body.includes('it is over')),
  );
  const { items } = await api.call('GET', `/connections/${connectionId}/reconciliations`);
  promise(items.length === 1, 'the difference between the person’s value and the provider’s is kept');
  say('Recovery', `incident ${incident.state}; by hand ${items[0].manualValue}, Twilio says ${items[0].providerValue}`);
}
