/**
 * No client sees anything raw: every value of every raw record that a provider gave is a canary, and so is what was entered. All that a
 * client may ask for is read with a client's key and looked through, with cards, reports, notes and roll-ups in it.
 */
import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routes } from '../../api/routes/index.ts';
import { sqlTime, write } from '../../db/sql.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { periodAt, periodBefore } from '../../domain/periods.ts';
import { reportStart } from '../../domain/workflow-ids.ts';
import type { Provider, Records } from '../../providers/contract.ts';
import { getProvider } from '../../providers/registry.ts';
import { connectProvider } from '../harness/connect-provider.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connect } from '../harness/scene.ts';
import { until } from '../harness/until.ts';
import { syncNowUpdate } from '../../workflows/messages.ts';
import { workflowIds } from '../../domain/workflow-ids.ts';

/** Raw values by provider. Short ones and plain words (`delivered`) are everybody's, and days stand in reports as well. */
const raw = new Map<string, Set<string>>();
const isTelling = (value: string) => value.length >= 7 && !/^(\d{4}-\d\d-\d\d|[a-z]+)$/.test(value);

function* leaves(value: unknown): Generator<string> {
  if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) yield* leaves(inner);
  else if (typeof value === 'string' || typeof value === 'number') yield String(value);
}

function watched(provider: Provider): Provider {
  const seen = raw.get(provider.key) ?? new Set<string>();
  raw.set(provider.key, seen);
  const keep = <Given extends Records>(given: Given): Given => {
    for (const value of leaves(given.records)) if (isTelling(value)) seen.add(value);
    return given;
  };
  const streams = Object.entries(provider.streams).map(([name, stream]) => [
    name,
    {
      ...stream,
      fetchPage: async (...asked: Parameters<typeof stream.fetchPage>) => keep(await stream.fetchPage(...asked)),
      ...(stream.fetchByIds && {
        fetchByIds: async (...asked: Parameters<typeof stream.fetchByIds>) => keep(await stream.fetchByIds!(...asked)),
      }),
    },
  ]);
  return { ...provider, streams: Object.fromEntries(streams) as Provider['streams'] };
}

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine({ getProvider: (key) => watched(getProvider(key)) });
}, 120_000);
afterAll(() => engine.stop());

const say = <T>(providerKey: string, verb: string, input: Record<string, unknown>) =>
  engine.sandbox.control<T>(providerKey, verb, input);

/** A company with a connection of each kind, what it brought, and a published report and note about it. */
const connecting = {
  twilio: () => connect(engine, { messages: 12 }),
  hubspot: sellingByHubspot,
  pipedrive: sellingByPipedrive,
  salesforce: sellingBySalesforce,
};

async function companyOf(providerKey: keyof typeof connecting) {
  const { companyId, connectionId } = await connecting[providerKey]();
  const old = sqlTime(new Date(Date.now() - 60 * 86_400_000));
  await write(engine.appDatabase, 'UPDATE integration_connections SET created_at = :old WHERE id = :connectionId', {
    old,
    connectionId,
  });
  const asked = new Date();
  const answer = await engine.client.workflow
    .getHandle(workflowIds.connector(connectionId))
    .executeUpdate(syncNowUpdate, { args: [{ by: 'test', reason: 'Test' }] as never });
  expect(answer).toMatchObject({ verdict: 'accepted' });
  await until(
    () => engine.app.connections.get(connectionId),
    ({ lastSuccessAt }) => lastSuccessAt !== null && lastSuccessAt >= asked,
  );
  // What the sandbox has may lie further back than a day.
  const happened = { kind: 'deals_won', subject: '2026-11-20', sentence: '2 deals were won on 2026-11-20.', at: new Date() };
  await engine.traffic.activity.append([{ companyId, connectionId, ...happened }]);
  const { firstDay: day, kind, key: periodKey } = periodBefore(periodAt('week', new Date(), 'UTC'), 'UTC');
  const started = await engine.client.workflow.start('report', reportStart({ companyId, kind, periodKey, day }));
  const { reportId } = (await started.result()) as { reportId: string };
  await engine.app.reports.publish(reportId, { actor: 'test' });
  const [activity] = (await engine.traffic.activity.list({ companyId, limit: 1 })).items;
  const words = { body: activity!.sentence, action: activity!.sentence, sourceLabel: getProvider(providerKey).label };
  const pointing = { activityId: activity!.id, automationRunId: null, state: 'published' as const };
  await engine.app.notes.create({ companyId, connectionId, ...words, ...pointing, from: day, until: day }, { actor: 'test' });
  return companyId;
}

async function sellingByHubspot() {
  const values = { accessToken: `pat-na1-${randomUUID()}`, clientSecret: randomUUID() };
  const { portalId } = await say<{ portalId: number }>('hubspot', 'createPortal', { privateToken: values.accessToken });
  const deal = {
    dealname: 'Canary Roof of Mrs Nightingale',
    dealstage: 'appointmentscheduled',
    pipeline: 'default',
    amount: '98765.43',
  };
  const { id } = await say<{ id: number }>('hubspot', 'createDeal', { portalId, properties: deal });
  await say('hubspot', 'moveDeal', { portalId, id, stage: 'closedwon' });
  return connectProvider(engine, { providerKey: 'hubspot', kind: 'api_key', values });
}

async function sellingByPipedrive() {
  const values = { apiToken: randomBytes(20).toString('hex'), webhookUser: randomUUID(), webhookPassword: randomUUID() };
  const { companyId } = await say<{ companyId: number }>('pipedrive', 'createCompany', { apiToken: values.apiToken });
  await say('pipedrive', 'createPersons', { companyId, count: 3 });
  await say('pipedrive', 'createDeals', { companyId, count: 12, movementsEach: 1 });
  return connectProvider(engine, { providerKey: 'pipedrive', kind: 'api_key', values });
}

async function sellingBySalesforce() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2_048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const clientId = `3MVG9${randomUUID()}`;
  const org = await say<{ orgId: string; username: string }>('salesforce', 'createOrg', { name: 'Canary Org' });
  await say('salesforce', 'createOpportunities', { orgId: org.orgId, count: 12, movesEach: 2, apartS: 60, newestAgoS: 30 });
  await say('salesforce', 'createContact', { orgId: org.orgId, name: 'Canary Contact of Mrs Nightingale' });
  await say('salesforce', 'createApp', { clientId, publicKey });
  const values = { clientId, subject: org.username, privateKey };
  return connectProvider(engine, { providerKey: 'salesforce', kind: 'jwt_bearer', values });
}

const providerKeys = Object.keys(connecting) as (keyof typeof connecting)[];
describe.each(providerKeys)('what the client of a company with %s sees', (providerKey) => {
  it('holds no value of any raw record, no credential and no id', async () => {
    const ownId = await companyOf(providerKey);
    const { id: centralId } = await engine.app.companies.create({ name: 'Central', timeZone: 'UTC' }, { actor: 'test' });
    await engine.app.companies.move(ownId, centralId, { actor: 'test' });
    await look(providerKey, ownId, { everyPathHas: true });
    // Its cards are the roll-ups of what is below it.
    await look(providerKey, centralId, { everyPathHas: false });
  });

  async function look(of: string, companyId: string, { everyPathHas }: { everyPathHas: boolean }): Promise<void> {
    const { key } = await engine.app.apiKeys.create({ companyId, role: 'client', label: 'client' }, { actor: 'test' });
    const paths = routes
      // `GET /session` tells people of themselves, by ids of ours: it is not looked through.
      .filter(({ method, permission }) => method === 'get' && isAllowed('client', permission) && permission !== 'session.own')
      .map(({ path }) => path);
    expect(paths).toHaveLength(3);
    const canaries = [...raw.get(of)!, ...engine.canaries];
    expect(raw.get(of)!.size).toBeGreaterThan(5);
    for (const path of paths) {
      const answer = await fetch(`${engine.url}/v1${path.replace(':companyId', companyId)}`, {
        headers: { authorization: `Bearer ${key}` },
      });
      const text = await answer.text();
      const { items } = JSON.parse(text) as { items: unknown[] };
      expect([path, answer.status]).toEqual([path, 200]);
      if (everyPathHas || path.endsWith('/cards')) expect([path, items.length > 0]).toEqual([path, true]);
      // The value of what was won is the client's own: a sum, and here of one deal.
      expect([path, canaries.filter((canary) => text.includes(canary) && canary !== '98765.43')]).toEqual([path, []]);
      expect([path, text.match(/\b[a-z]+_[0-9a-z]{26}\b/)]).toEqual([path, null]);
    }
  }
});
