import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { twilio } from '../../providers/twilio/index.ts';
import { hubspot } from '../../providers/hubspot/index.ts';
import { by, clientNumber, company, connection } from './fixtures.ts';
import { startApi, type Api } from './server.ts';

const { object: _, ...sound } = twilio.streams['messages']!.mapping;
const without = (target: string) => ({ ...sound, fields: sound.fields.filter((field) => field.target !== target) });

let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let connectionId: string;

beforeAll(async () => {
  api = await startApi();
  ours = await company(api, 'Ours');
  connectionId = await connection(api, ours.id);
});
afterAll(() => api.close());

const call = (method: string, path: string, body?: object, key = ours.keys.company_admin) =>
  api.call(method, `/v1/connections/${connectionId}/mappings/message${path}`, { key, ...(body && { body }) });
const save = (revision: number | null, mapping: object) => call('POST', '/draft', { revision, mapping });
const issuesOf = (answer: { body: any }) =>
  answer.body.error.issues.map(({ path, message }: { path: string; message: string }) => `${path}: ${message}`);

describe('A draft of a mapping', () => {
  it('may be unfinished, says what keeps it from being published, and is refused then, naming each fault', async () => {
    const fields = [
      { target: 'colour', source: 'colour', transform: { kind: 'text' }, required: false },
      { target: 'segments', source: 'parts', transform: { kind: 'text' }, required: false },
      { target: 'body', source: { expression: 'a & (' }, transform: { kind: 'text' }, required: false },
    ];
    const { body } = await save(null, { ...without('status'), fields: [...without('status').fields.slice(0, 1), ...fields] });
    const faults = [
      'fields.1.target: colour is not a field of message',
      'fields.2.transform: segments takes integer, not text',
      'fields: status is required and has no source',
      expect.stringMatching(/^fields\.3\.source\.expression: is not JSONata, at character \d+/),
    ];
    expect(body.issues.map(({ path, message }: any) => `${path}: ${message}`)).toEqual(faults);
    const refused = await call('POST', '/draft/publish', { revision: body.revision });
    expect(refused.status).toBe(400);
    expect(issuesOf(refused)).toHaveLength(4);
    expect(issuesOf(refused)[1]).toBe('mapping.fields.2.transform: segments takes integer, not text');
    expect((await call('POST', '/draft/preview', { sample: 'stored' })).status).toBe(400);
    expect((await call('DELETE', '/draft')).body).toEqual({ object: 'message', discarded: true });
    expect((await call('GET', '/draft')).status).toBe(404);
  });

  it('is published as the version after, and an earlier version brought back as the one after that', async () => {
    const first = await save(null, sound);
    expect(first.body).toMatchObject({ object: 'message', mapping: sound, issues: [] });
    expect((await call('POST', '/draft/publish', { revision: first.body.revision })).body).toMatchObject({ version: 1 });
    const second = await save(null, without('price'));
    const late = await save(null, sound);
    expect([late.status, late.body.error.message]).toEqual([409, expect.stringContaining('Somebody else has saved')]);
    expect((await call('GET', '/draft')).body.revision).toBe(second.body.revision);
    expect((await call('POST', '/draft/publish', { revision: second.body.revision })).body).toMatchObject({ version: 2 });
    expect((await call('POST', '/draft/publish', { revision: second.body.revision })).status).toBe(409);
    const back = await call('POST', '/roll-back', { toVersion: 1 });
    expect(back.body).toMatchObject({ ...sound, version: 3 });
    expect((await call('POST', '/roll-back', { toVersion: 9 })).status).toBe(404);
  });

  it('is refused when it requires what the provider’s records are not known to have', async () => {
    const types = new Map(sound.fields.flatMap(({ source }) => (typeof source === 'string' ? [[source, 'text'] as const] : [])));
    await api.stores.sourceFields.observe({ connectionId, object: 'message', types, sampled: 50, seen: [], at: new Date() });
    const fields = sound.fields.map((field) => (field.target === 'status' ? { ...field, source: 'state' } : field));
    const { body } = await save(null, { ...sound, fields });
    const refused = await call('POST', '/draft/publish', { revision: body.revision });
    expect([refused.status, issuesOf(refused)]).toEqual([
      400,
      [expect.stringMatching(/^mapping\.fields\.\d+\.source: the provider's records have no state, and status is required$/)],
    ]);
    await call('DELETE', '/draft');
  });

  it('is for an object that there is, and for admins', async () => {
    const path = `/v1/connections/${connectionId}/mappings/nonsense/draft`;
    expect((await api.call('GET', path, { key: ours.keys.company_admin })).status).toBe(404);
    expect((await call('POST', '/draft', { revision: null, mapping: sound }, ours.keys.operator)).status).toBe(403);
    const deals = await api.call('POST', `/v1/connections/${connectionId}/mappings/deal/draft`, {
      key: ours.keys.company_admin,
      body: { revision: null, mapping: { ...sound, fields: [] } },
    });
    expect(deals.body.issues).toContainEqual({ path: 'object', message: 'No stream of this provider gives it.' });
  });
});

describe('A preview', () => {
  const raw = (sid: string, more: object = {}) => ({
    sid,
    direction: 'inbound',
    status: 'received',
    from: clientNumber,
    to: '+14155550199',
    body: 'canary-body',
    num_segments: '1',
    date_updated: 'Sat, 21 Nov 2026 10:00:00 +0000',
    ...more,
  });
  const polled = (record: ReturnType<typeof raw>) => ({
    connectionId,
    companyId: ours.id,
    providerKey: 'twilio',
    source: 'poll' as const,
    occurredAt: null,
    receivedAt: new Date(),
    key: record.sid,
    type: 'message',
    data: { record },
  });
  let revision: number;

  beforeAll(async () => {
    await api.traffic.events.storeBatch([raw('SM1'), raw('SM2', { from: 'no number' }), raw('SM3', { from: null })].map(polled));
    await api.stores.mappings.publish({ connectionId, mapping: twilio.streams['messages']!.mapping }, by);
    const phone = { target: 'fromAddress', source: 'from', transform: { kind: 'phone' }, required: false };
    const draft = await save(null, {
      ...without('body'),
      fields: [...without('body').fields.filter(({ target }) => target !== 'fromAddress'), phone],
    });
    revision = draft.body.revision;
  });
  const preview = (key = ours.keys.company_admin) => call('POST', '/draft/preview', { sample: 'stored' }, key);

  const newestEntry = async () => (await api.stores.audit.list({ companyId: ours.id, limit: 1 })).items[0]!;

  it('shows before and after by record, coverage by field and errors by field, without a value, so that nobody has to account for it', async () => {
    const before = await newestEntry();
    const { body, text } = await preview();
    expect(body).toMatchObject({ object: 'message', revision, publishedVersion: 3, values: 'masked' });
    expect(body.records.map(({ externalId, changed }: any) => [externalId, changed])).toEqual([
      ['SM3', ['body']],
      ['SM2', expect.arrayContaining(['body', 'status', 'fromAddress'])],
      ['SM1', ['body']],
    ]);
    expect(body.records[1]).toMatchObject({
      before: { fields: { body: '•••', errorCode: null } },
      after: { issues: [{ path: 'from', message: 'is not a valid phone for fromAddress' }] },
    });
    expect(body.coverage).toContainEqual({ field: 'body', before: 3, after: 0 });
    expect(body.coverage).toContainEqual({ field: 'fromAddress', before: 2, after: 1 });
    expect(body.errors).toEqual([{ path: 'from', message: 'is not a valid phone for fromAddress', records: 1 }]);
    expect(text).not.toMatch(/canary|\+1415/);
    expect(await newestEntry()).toEqual(before);
  });

  it('shows values to whom payload.read was granted, and tells it in the audit log once for the same records', async () => {
    const { id, key } = await api.stores.apiKeys.create({ companyId: ours.id, role: 'company_admin', label: 'granted' }, by);
    const expiresAt = new Date(Date.now() + 3_600_000);
    await api.stores.grants.create(
      { companyId: ours.id, holder: id, permission: 'payload.read', reason: 'A mapping', expiresAt },
      by,
    );
    const { body } = await preview(key);
    expect(body.values).toBe('shown');
    expect(body.records[2]).toMatchObject({
      before: { fields: { body: 'canary-body' } },
      after: { fields: { fromAddress: clientNumber } },
    });
    const first = await newestEntry();
    expect(first).toMatchObject({ actor: id, action: 'payload.read', detail: { object: 'message', records: 3 } });
    // As somebody does who types: each time another mapping, on the same records.
    const type = (mapping: object) => call('POST', '/draft/preview', { sample: 'stored', mapping }, key);
    for (const mapping of [without('price'), without('body'), sound]) expect((await type(mapping)).body.values).toBe('shown');
    expect(await newestEntry()).toEqual(first);
    await api.traffic.events.storeBatch([polled(raw('SM4'))]);
    await type(sound);
    const second = await newestEntry();
    expect(second).toMatchObject({ actor: id, action: 'payload.read', detail: { object: 'message', records: 4 } });
    expect(second.sequence).toBe(first.sequence + 1);
  });

  it('is of what was sent along, where that is not saved yet: nothing is kept, and a fault is named', async () => {
    const before = (await call('GET', '/draft')).body;
    const ask = (mapping: object) => call('POST', '/draft/preview', { sample: 'stored', mapping });
    const { body } = await ask(without('fromAddress'));
    expect(body).toMatchObject({ revision: null, publishedVersion: 3, values: 'masked' });
    expect(body.coverage).toContainEqual({ field: 'fromAddress', before: 3, after: 0 });
    expect(issuesOf(await ask(without('status')))).toEqual(['mapping.fields: status is required and has no source']);
    expect((await call('GET', '/draft')).body).toEqual(before);
  });

  it('of a fetched sample answers 503 while Temporal is down, and tells that it was asked for', async () => {
    expect((await call('POST', '/draft/preview', { sample: 'fetched' })).status).toBe(503);
    expect(await newestEntry()).toMatchObject({ action: 'mapping.preview', outcome: 'asked', detail: { sample: 'fetched' } });
  });

  it('of no draft is answered 404', async () => {
    await call('DELETE', '/draft');
    expect((await preview()).status).toBe(404);
  });
});

describe('A mapping that writes', () => {
  let path = '';
  beforeAll(async () => {
    const facts = { purpose: 'deals', label: 'HubSpot', ownerUserId: null, reason: 'Test', settings: {} };
    const { id } = await api.stores.connections.create({ companyId: ours.id, providerKey: 'hubspot', ...facts }, by);
    await api.stores.connections.setState(id, 'active', 'Test.', 'test');
    await api.stores.mappings.publish({ connectionId: id, mapping: hubspot.streams['deals']!.mapping }, by);
    const raw = {
      id: '1',
      properties: { dealname: ' Roof ', dealstage: 'closedwon', hs_lastmodifieddate: '2026-11-20T10:00:00Z' },
    };
    await api.traffic.events.storeBatch([
      {
        connectionId: id,
        companyId: ours.id,
        providerKey: 'hubspot',
        source: 'poll',
        key: 'poll:deal:1',
        type: 'deal',
        occurredAt: null,
        receivedAt: new Date(),
        data: { record: raw },
      },
    ]);
    path = `/v1/connections/${id}/mappings`;
  });
  const ask = (method: string, rest: string, body?: object) =>
    api.call(method, path + rest, { key: ours.keys.company_admin, ...(body && { body }) });
  const title = { source: 'title', target: 'dealname', required: true, transform: { kind: 'text', trim: true } };
  const content = (...fields: object[]) => ({ externalId: 'id', sourceUpdatedAt: 'properties.hs_lastmodifieddate', fields });

  it('is drafted, previewed, published and rolled back beside the one that reads, which stays as it is', async () => {
    const { body: before } = await ask('GET', '');
    expect(before.items).toEqual([expect.objectContaining({ object: 'deal', direction: 'in', version: 1 })]);
    const named = { name: 'title', kind: 'text', required: true, values: null };
    const reads = expect.objectContaining({ object: 'deal', fields: expect.arrayContaining([named]) });
    expect(before.reads).toContainEqual(reads);
    expect(before.writes).toEqual([expect.objectContaining({ object: 'deal', fields: expect.any(Array) })]);
    const publish = async (revision: number | null, ...fields: object[]) => {
      const saved = await ask('POST', '/deal/draft?direction=out', { revision, mapping: content(...fields) });
      expect(saved.body.issues).toEqual([]);
      return saved.body.revision as number;
    };
    const first = await publish(null, title);
    const { body: preview } = await ask('POST', '/deal/draft/preview?direction=out', { sample: 'stored' });
    expect(preview).toMatchObject({
      publishedVersion: null,
      values: 'masked',
      records: [{ after: { fields: { dealname: '•••' } } }],
    });
    expect(preview.coverage).toContainEqual({ field: 'dealname', before: null, after: 1 });
    expect((await ask('GET', '/deal/draft')).status).toBe(404);
    const published = await ask('POST', '/deal/draft/publish?direction=out', { revision: first });
    expect(published.body).toMatchObject({ direction: 'out', version: 1 });
    const second = await publish(null, { ...title, transform: { kind: 'text' } });
    await ask('POST', '/deal/draft/publish?direction=out', { revision: second });
    expect((await ask('POST', '/deal/roll-back?direction=out', { toVersion: 1 })).body).toMatchObject({
      version: 3,
      fields: [title],
    });
    const { items } = (await ask('GET', '')).body;
    expect(items.map(({ direction, version }: any) => `${direction} ${version}`)).toEqual(['in 1', 'out 3', 'out 2', 'out 1']);
  });

  it('is refused for what cannot be written, by name, and at a provider that takes nothing', async () => {
    const bad = { ...content({ ...title, target: 'createdate' }), object: 'deal', direction: 'out' };
    const answer = await ask('POST', '', bad);
    expect([answer.status, issuesOf(answer)]).toEqual([
      400,
      [expect.stringMatching(/^mapping\.fields\.0\.target: createdate cannot be written/)],
    ]);
    const elsewhere = await api.call('POST', `/v1/connections/${connectionId}/mappings`, {
      key: ours.keys.company_admin,
      body: { ...content(title), object: 'message', direction: 'out' },
    });
    expect(issuesOf(elsewhere)).toEqual(['mapping.object: message cannot be written at this provider.']);
  });
});
