/** Changes of deals while Temporal is away: kept, counted and shown at once; and what is refused before anything is kept. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CanonicalRecord } from '../../domain/records.ts';
import { hubspot } from '../../providers/hubspot/index.ts';
import { by, clientNumber, company } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId = '';
let dealId = '';

beforeAll(async () => {
  api = await startApi({ answerWithinMs: 200 });
  ours = await company(api, 'Ours');
});
afterAll(() => api.close());

const externalId = '201';
beforeEach(async () => {
  const facts = { purpose: 'deals', label: 'HubSpot', ownerUserId: null, reason: 'Test', settings: {} };
  ({ id: connectionId } = await api.stores.connections.create({ companyId: ours.id, providerKey: 'hubspot', ...facts }, by));
  await api.stores.connections.setState(connectionId, 'active', 'Test.', 'test');
  await api.stores.mappings.publish({ connectionId, mapping: hubspot.streams['deals']!.mapping }, by);
  const stage = { pipelineExternalId: 'default', pipelineLabel: 'Sales', probability: null, kind: 'open' as const };
  const stages = ['new', 'offer'].map((id, position) => ({ ...stage, externalId: id, label: id, position }));
  await api.stores.pipelineStages.refresh(connectionId, stages, new Date());
  const deal: CanonicalRecord = {
    object: 'deal',
    externalId,
    sourceUpdatedAt: '2026-11-20T10:00:00.000Z',
    movements: [],
    fields: {
      title: 'Roof',
      stage: 'new',
      contactExternalId: null,
      ownerExternalId: null,
      amount: '100',
      currency: 'USD',
      expectedCloseOn: null,
      openedAt: null,
    },
  };
  await api.stores.records.applyRecords({ connectionId, companyId: ours.id, mappingVersion: 1, records: [deal] });
  dealId = (await listed()).id;
});

const call = (method: string, path: string, body?: object, key = ours.keys.operator, headers = {}) =>
  api.call(method, `/v1${path}`, { key, headers, ...(body && { body }) });
const listed = async (key = ours.keys.operator) =>
  (await call('GET', `/connections/${connectionId}/deals`, undefined, key)).body.items[0];
const change = (body: object, headers = {}) =>
  call('PATCH', `/connections/${connectionId}/deals/${dealId}`, body, ours.keys.operator, headers);
const issuesOf = (answer: { body: any }) => answer.body.error.issues.map(({ path, message }: any) => `${path}: ${message}`);

describe('A change of a deal', () => {
  it('is kept and answered at once while Temporal is away, counted, and shown beside the deal until it is written', async () => {
    const first = await change({ stage: 'offer', title: `Call ${clientNumber}` });
    expect([first.status, first.body.state]).toEqual([202, 'waiting']);
    const second = await change({ amount: null });
    expect((await call('GET', `/connections/${connectionId}`)).body.pushes).toMatchObject({ waiting: 2, needPerson: 0 });
    const { title, pending } = await listed(ours.keys.company_admin);
    expect(title).toBe('Roof');
    expect(pending).toMatchObject({
      values: { stage: 'offer', title: `Call ${clientNumber}`, amount: null },
      pushIds: [first.body.id, second.body.id],
    });
    expect(JSON.stringify((await listed()).pending)).not.toContain(clientNumber);
    const { items } = (await call('GET', `/connections/${connectionId}/pushes?state=waiting&limit=1`)).body;
    expect(items).toEqual([expect.objectContaining({ id: second.body.id })]);
    expect((await api.stores.pushes.find(second.body.id))!.seen).toMatchObject({ stage: 'offer', amount: '100' });
    const { body: log } = await call('GET', `/companies/${ours.id}/audit`, undefined, ours.keys.company_admin);
    expect(log.items[0]).toMatchObject({ action: 'push.ask', before: { amount: '100' }, after: { amount: null } });
  });

  it('is kept once for one Idempotency-Key', async () => {
    const key = { 'idempotency-key': 'one' };
    const [one, again] = [await change({ title: 'Once' }, key), await change({ title: 'Once' }, key)];
    expect(again.body.id).toBe(one.body.id);
    expect((await call('GET', `/connections/${connectionId}/pushes`)).body.items).toHaveLength(1);
  });

  it('is taken back while it waits, once', async () => {
    const { body } = await change({ title: 'Never' });
    expect((await call('POST', `/pushes/${body.id}/cancel`)).body.state).toBe('cancelled');
    expect((await call('POST', `/pushes/${body.id}/cancel`)).status).toBe(409);
    expect((await listed()).pending).toBeNull();
  });

  it('is refused for what could never be written, naming each', async () => {
    const answer = await change({ stage: 'nowhere', title: 'Roof' });
    expect([answer.status, issuesOf(answer)]).toEqual([400, ['stage: Is no stage of this connection: list its stages.']]);
    expect((await change({})).status).toBe(400);
    expect(issuesOf(await change({ amount: 'much' }))).toEqual([expect.stringContaining('amount: Must be a decimal')]);
    const title = { source: 'title', target: 'dealname', required: true, transform: { kind: 'text' as const } };
    const mapping = { ...hubspot.streams['deals']!.writes!.mapping, fields: [title] };
    await api.stores.mappings.publish({ connectionId, mapping }, by);
    expect(issuesOf(await change({ amount: '5' }))).toEqual([
      'amount: cannot be written: the mapping gives it no field of the provider',
    ]);
    expect((await call('GET', `/connections/${connectionId}/pushes`)).body.items).toEqual([]);
  });

  it('is for a deal of that connection, for who may, and not for one that is disconnected', async () => {
    expect((await call('PATCH', `/connections/${connectionId}/deals/999999`, { title: 'X' })).status).toBe(404);
    const elsewhere = await api.stores.connections.create(
      { companyId: ours.id, providerKey: 'hubspot', purpose: 'x', label: 'X', ownerUserId: null, reason: 'Test', settings: {} },
      by,
    );
    expect((await call('PATCH', `/connections/${elsewhere.id}/deals/${dealId}`, { title: 'X' })).status).toBe(404);
    expect((await call('PATCH', `/connections/${connectionId}/deals/${dealId}`, { title: 'X' }, ours.keys.viewer)).status).toBe(
      403,
    );
    await api.stores.connections.setState(connectionId, 'disconnected', 'Test.', 'test');
    expect((await change({ title: 'X' })).status).toBe(409);
  });
});
