import { periodAt } from '../../domain/periods.ts';
import type { Role } from '../../domain/permissions.ts';
import type { CanonicalRecord } from '../../domain/records.ts';
import { twilio } from '../../providers/twilio/index.ts';
import { signForm } from './twilio-signature.ts';
import type { Api } from './server.ts';

export const by = { actor: 'test' };
export const accountSid = `AC${'0'.repeat(32)}`;
export const authToken = 'canary-auth-token';
export const senderNumber = '+14155550199';
export const clientNumber = '+14155552671';

/** A company with a key for each role. */
export async function company(api: Api, name: string) {
  const { id } = await api.stores.companies.create({ name, timeZone: 'America/New_York' }, by);
  const entries = (['company_admin', 'operator', 'viewer', 'client'] as const).map(
    async (role) => [role, (await api.stores.apiKeys.create({ companyId: id, role, label: role }, by)).key] as const,
  );
  return { id, keys: Object.fromEntries(await Promise.all(entries)) as Record<Exclude<Role, 'platform_admin'>, string> };
}

export async function platformKey(api: Api) {
  return (await api.stores.apiKeys.create({ companyId: null, role: 'platform_admin', label: 'platform' }, by)).key;
}

/** A connection with credentials in force, in `active` unless said otherwise. */
export async function connection(api: Api, companyId: string, state: 'onboarding' | 'active' | 'disconnected' = 'active') {
  const { id } = await api.stores.connections.create(
    {
      companyId,
      providerKey: 'twilio',
      purpose: 'messages',
      label: 'Front desk',
      ownerUserId: null,
      reason: 'Test',
      settings: {},
    },
    by,
  );
  const token = await api.stores.credentials.stage(
    { connectionId: id, companyId, kind: 'basic', values: { accountSid, authToken } },
    by,
  );
  await api.stores.credentials.activate(token.tokenId);
  await api.stores.accounts.save(id, {
    account: { externalId: accountSid, name: 'Acme', status: 'active' },
    reaches: [
      { kind: 'number', externalId: `PN${'1'.repeat(32)}`, label: 'Front desk', address: senderNumber, capabilities: ['sms'] },
    ],
  });
  const streams = Object.entries(twilio.streams).map(([stream, { object, cadenceS }]) => ({ stream, object, cadenceS }));
  await api.stores.jobs.ensure(id, streams);
  if (state !== 'onboarding') await api.stores.connections.setState(id, 'active', 'Test.', 'test');
  if (state === 'disconnected') await api.stores.connections.setState(id, 'disconnected', 'Test.', 'test');
  return id;
}

/** One of everything that a path may name, all of one company. */
export async function everything(api: Api, companyId: string): Promise<Record<string, string>> {
  const connectionId = await connection(api, companyId);
  const [job] = await api.stores.jobs.list(connectionId);
  const run = await api.stores.runs.open({ jobId: job!.id, workflowId: `sync:${job!.id}:test`, trigger: 'manual' });
  const cause = 'provider_unavailable' as const;
  const item = await api.stores.errorQueue.put({
    companyId,
    connectionId,
    kind: 'event',
    cause: 'SM1',
    code: 'defect',
    sentence: 'It could not be applied.',
    rawEventId: null,
  });
  const [filter, livesMs] = [{}, 3_600_000];
  const preview = await api.stores.replayPreviews.ask({ connectionId, filter, livesMs }, by);
  await api.stores.replayPreviews.save(preview.id, []);
  const replay = await api.stores.replays.ask({ connectionId, filter }, by);
  const template = await api.stores.templates.create(
    { companyId, name: 'Hello', channel: 'sms', body: 'Hi {{name}}', variables: ['name'] },
    by,
  );
  const delivery = await api.stores.deliveries.create(
    {
      companyId,
      connectionId,
      templateId: template.id,
      variables: { name: 'canary-name' },
      from: senderNumber,
      to: clientNumber,
      body: 'Hi canary-name',
      segments: 1,
    },
    by,
  );
  const incident = await api.stores.incidents.open({ companyId, connectionId, cause, sentence: 'It does not answer.' });
  const task = await api.stores.tasks.open({
    companyId,
    connectionId,
    cause: 'look',
    subject: delivery.id,
    sentence: 'Look at it.',
  });
  const key = await api.stores.apiKeys.create({ companyId, role: 'viewer', label: 'spare' }, by);
  const person = { companyId, name: 'Ann', email: 'ann@example.com', phone: null, role: 'viewer' as const };
  const user = await api.stores.users.create(person, by);
  await api.stores.duty.save(companyId, [{ userId: user.id, timeZone: 'UTC', shifts: [] }], by);
  const [eventKey, now] = ['SM-of-everything', new Date()];
  const event = { connectionId, companyId, providerKey: 'twilio', source: 'webhook' as const, key: eventKey, type: 'status' };
  await api.traffic.events.storeBatch([{ ...event, occurredAt: null, receivedAt: now, data: { To: clientNumber } }]);
  const eventId = (await api.traffic.events.idOf(connectionId, eventKey))!;
  await api.traffic.events.markApplied(connectionId, [{ id: eventId, applied: false, normalized: [] }]);
  const grant = await api.stores.grants.create(
    { companyId, holder: key.id, permission: 'payload.read', reason: 'Test', expiresAt: new Date(now.getTime() + 3_600_000) },
    by,
  );
  const erasure = await api.stores.erasures.askPerson({ companyId, reason: 'Test', person: { email: 'gone@example.com' } }, by);
  await dealIn(api, companyId, connectionId);
  const [deal] = (await api.stores.deals.list({ connectionId, limit: 1 })).items;
  const wanted = { title: `Roof for ${clientNumber}` };
  const push = await api.stores.pushes.ask({ companyId, connectionId, dealId: deal!.id, wanted, overwrites: false }, by);
  const { messages } = twilio.streams;
  await api.stores.mappingDrafts.save({ connectionId, mapping: messages!.mapping, revision: null }, by);
  const held = await api.stores.heldValues.hold({
    companyId,
    connectionId,
    metricKey: 'deals_won', // nothing here feeds it, so that it waits
    value: '0',
    currency: null,
    leftOut: 0,
    sentence: 'It would be 0 after 3120.',
    at: now,
  });
  const anomaly = await api.stores.anomalies.see({
    companyId,
    connectionId,
    subject: 'messages',
    measure: 'records_changed',
    unusual: { is: 'unusual', side: 'high', level: 'all', value: 214, hours: 1, usual: [12, 40] },
    slot: 9,
    at: now,
    sentence: '214 messages created or updated in one run, usually 12 to 40.',
  });
  const byHand = await api.stores.manualValues.enter(
    {
      companyId,
      connectionId,
      metricKey: 'deals_won', // no card shows it
      value: '7',
      periodStart: '2026-11-01',
      periodEnd: '2026-11-20',
      reason: 'Counted at the front desk.',
      expiresAt: new Date(now.getTime() + 3_600_000),
    },
    by,
  );
  await api.stores.manualValues.activate([byHand.snapshotId]);
  const { items: activities } = await activityOf(api, companyId, connectionId);
  const note = await api.stores.notes.create(
    {
      companyId,
      connectionId,
      body: 'Texts are up.',
      sourceLabel: 'Twilio',
      from: '2026-11-16',
      until: '2026-11-22',
      action: 'Reminders went out.',
      activityId: activities[0]!.id,
      automationRunId: null,
      state: 'draft',
    },
    by,
  );
  const report = await reportOf(api, companyId, connectionId);
  return {
    companyId,
    connectionId,
    providerKey: 'twilio',
    objectKey: 'message',
    runId: run.opened ? run.runId : run.holder.runId,
    itemId: item.id,
    replayId: replay.id,
    previewId: preview.id,
    dealId: deal!.id,
    pushId: push.id,
    deliveryId: delivery.id,
    templateId: template.id,
    incidentId: incident.incidentId,
    taskId: task.id,
    keyId: key.id,
    userId: user.id,
    eventId,
    grantId: grant.id,
    erasureId: erasure.id,
    heldValueId: held.id,
    manualValueId: byHand.snapshotId,
    reportId: report.reportId,
    anomalyId: anomaly.id,
    noteId: note.id,
    activityId: activities[0]!.id,
  };
}

/** What happened for the client. */
async function activityOf(api: Api, companyId: string, connectionId: string) {
  const sentence = '3 text messages reached your customers on 2026-11-20.';
  const happened = { kind: 'messages_delivered', subject: '2026-11-20', sentence, at: new Date('2026-11-20T12:00:00Z') };
  await api.traffic.activity.append([{ companyId, connectionId, ...happened }]);
  return api.traffic.activity.list({ companyId, limit: 1 });
}

/** A report of a week, with one line. */
async function reportOf(api: Api, companyId: string, connectionId: string) {
  const period = periodAt('week', new Date('2026-11-18T12:00:00Z'), 'UTC');
  await api.stores.periodValues.take({ companyId, connectionId, metricKey: 'messages_delivered', period, at: period.end });
  const ready = await api.stores.reports.ready({ companyId, period, previousKey: '' });
  const lines = ready.map((line) => ({ ...line, sourceLabel: 'Twilio' }));
  return api.stores.reports.create({ companyId, period, completeness: '1 of 1 connections', lines });
}

/** A deal that went from one stage to the next. */
async function dealIn(api: Api, companyId: string, connectionId: string): Promise<void> {
  const stage = { pipelineExternalId: 'sales', pipelineLabel: 'Sales', probability: null, kind: 'open' as const };
  const stages = ['new', 'offer'].map((externalId, position) => ({ ...stage, externalId, label: externalId, position }));
  await api.stores.pipelineStages.refresh(connectionId, stages, new Date());
  const nothing = {
    contactExternalId: null,
    ownerExternalId: null,
    amount: null,
    currency: null,
    expectedCloseOn: null,
    openedAt: null,
  };
  const deal: CanonicalRecord = {
    object: 'deal',
    externalId: `deal-of-${companyId}`,
    sourceUpdatedAt: '2026-11-20T10:00:00.000Z',
    fields: { ...nothing, title: `Roof of ${companyId}, call ${clientNumber}`, stage: 'offer' },
    movements: [
      { from: null, to: 'new', at: '2026-11-18T10:00:00.000Z', by: null },
      { from: 'new', to: 'offer', at: '2026-11-20T10:00:00.000Z', by: '77' },
    ],
  };
  await api.stores.records.applyRecords({ connectionId, companyId, mappingVersion: 1, records: [deal] });
}

/** The path of a route with the ids of `things` in it. */
export const fill = (path: string, things: Record<string, string>) =>
  `/v1${path.replace(/:(\w+)/g, (_, name: string) => things[name]!)}`;

/** A status callback as Twilio sends and signs it. */
export function statusCallback(publicUrl: string, path: string, params: Record<string, string>, token = authToken) {
  const body = new URLSearchParams(params).toString();
  return {
    body,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-twilio-signature': signForm(token, publicUrl + path, params),
    },
  };
}
