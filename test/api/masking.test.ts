/** What is personal, put into every free text that is read: shown to who may see it, and masked for everybody else. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Route } from '../../api/route.ts';
import { routes } from '../../api/routes/index.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { by, clientNumber, company, everything, fill } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const email = 'zoe@example.com';
const personal = `Written to ${clientNumber} by ${email}.`;
const masked = 'Written to ••••2671 by •••@•••.';

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let things: Record<string, string>;

beforeAll(async () => {
  api = await startApi({ answerWithinMs: 200 });
  ours = await company(api, 'Ours');
  things = await everything(api, ours.id);
  const { connectionId, runId, itemId, deliveryId, incidentId, taskId, userId, eventId, companyId } = things as Required<Things>;
  const { stores, traffic } = api;
  const run = (await stores.runs.find(runId))!;
  const failed = [{ externalId: 'SM9', code: 'record_rejected' as const, sentence: personal }];
  const page = { connectionId, companyId, jobId: run.jobId, runId, mappingVersion: 1, records: [], failed, cursor: 'x' };
  await stores.records.savePage(page);
  await stores.runs.close(runId, { outcome: 'failed', code: 'defect', sentence: personal });
  await stores.errorQueue.resolve(itemId, personal, by);
  await stores.deliveries.advance(deliveryId, 'failed', { source: 'us', sentence: personal });
  const { alertId } = await stores.incidents.claimAlert({ incidentId, kind: 'opened', rung: 1, userId, channel: 'sms' });
  await stores.incidents.alertFailed(alertId, personal);
  await stores.incidents.close(incidentId, 'resolved', 'test', personal);
  await stores.incidents.open({ companyId, connectionId, cause: 'defect', sentence: personal });
  await stores.tasks.complete(taskId, personal, by);
  await stores.tasks.open({ companyId, connectionId, cause: 'look', subject: 'other', sentence: personal });
  await stores.connections.setState(connectionId, 'degraded', personal, 'test');
  await stores.health.record({
    kind: 'run',
    connectionId,
    companyId,
    ok: false,
    latencyMs: 1,
    code: 'defect',
    sentence: personal,
  });
  await stores.franchiseKeys.change({ connectionId, keys: [{ value: clientNumber, companyId }] }, by);
  const value = { metricKey: 'messages_delivered' as const, value: '7', periodStart: '2026-11-01', periodEnd: '2026-11-20' };
  const expiresAt = new Date(Date.now() + 3_600_000);
  const entered = await stores.manualValues.enter({ companyId, connectionId, ...value, reason: personal, expiresAt }, by);
  await stores.manualValues.activate([entered.snapshotId]);
  const event = { connectionId, companyId, providerKey: 'twilio', source: 'webhook' as const, key: 'SM-late', type: 'status' };
  await traffic.events.storeBatch([{ ...event, occurredAt: null, receivedAt: new Date(), data: {} }]);
  await traffic.events.markFailed(connectionId, (await traffic.events.idOf(connectionId, 'SM-late'))!, 'defect', personal);
  const call = { connectionId, companyId, providerKey: 'twilio', at: new Date(), method: 'GET', path: '/x', status: 500 };
  await traffic.logs.append([{ ...call, latencyMs: 1, outcome: 'refused', note: personal }]);
  expect(eventId).toBeDefined();
});
afterAll(() => api.close());

interface Things {
  connectionId: string;
  runId: string;
  itemId: string;
  deliveryId: string;
  incidentId: string;
  taskId: string;
  userId: string;
  eventId: string;
  companyId: string;
}

const read = async (route: Route, key: string) => (await api.call('GET', fill(route.path, things), { key })).text;
const reading = routes.filter(({ method }) => method === 'get');
const isPersonal = (text: string) => text.includes(clientNumber) || text.includes(email);

describe('What is personal', () => {
  it('is shown to an admin by every route that has a text of people or failures', async () => {
    const showing = [];
    for (const route of reading)
      if (isAllowed('operator', route.permission) && isPersonal(await read(route, ours.keys.company_admin)))
        showing.push(route.path);
    expect(showing.toSorted()).toEqual(
      [
        '/companies/:companyId/connections',
        '/companies/:companyId/escalations',
        '/companies/:companyId/health',
        '/companies/:companyId/messages',
        '/companies/:companyId/queue',
        '/companies/:companyId/tasks',
        '/connections/:connectionId',
        '/connections/:connectionId/api-calls',
        '/connections/:connectionId/deals',
        '/connections/:connectionId/events',
        '/connections/:connectionId/franchise-keys',
        '/connections/:connectionId/manual-values',
        '/connections/:connectionId/pushes',
        '/pushes/:pushId',
        '/connections/:connectionId/runs',
        '/connections/:connectionId/story',
        '/escalations/:incidentId',
        '/messages/:deliveryId',
        '/queue/:itemId',
        '/runs/:runId',
        '/runs/:runId/errors',
      ].toSorted(),
    );
  });

  it.each(['operator', 'viewer', 'client'] as const)('is shown to a %s by no route at all', async (role) => {
    const told = [];
    let texts = '';
    for (const route of reading) {
      const text = await read(route, ours.keys[role]);
      texts += text;
      if (isPersonal(text)) told.push(route.path);
    }
    expect(told).toEqual([]);
    if (role !== 'client') expect(texts).toContain(masked);
  });

  it('is masked in the answer to a change as well', async () => {
    const { id } = await api.stores.tasks.open({
      companyId: ours.id,
      connectionId: things['connectionId']!,
      cause: 'look',
      subject: 'third',
      sentence: 'Look.',
    });
    const complete = { key: ours.keys.operator, body: { note: personal } };
    expect((await api.call('POST', `/v1/tasks/${id}/complete`, complete)).body.note).toBe(masked);
  });
});
