import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Conflict } from '../../db/errors.ts';
import { write } from '../../db/sql.ts';
import type { MappingSet } from '../../domain/mapping.ts';
import { by, connectedCompany, openStores, servers, type Connected, type OpenStores } from './stores.ts';

const mapping: Omit<MappingSet, 'version'> = {
  object: 'message',
  externalId: 'sid',
  sourceUpdatedAt: 'date_updated',
  fields: [{ target: 'body', source: 'body', transform: { kind: 'text' }, required: false }],
};
const changed = { ...mapping, externalId: 'id' };

describe.each(servers)('Drafts of mappings on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const ref = () => ({ connectionId: at.connectionId, object: 'message' as const });
  const save = (revision: number | null, content = mapping, who = by) =>
    stores.app.mappingDrafts.save({ connectionId: at.connectionId, mapping: content, revision }, who);
  const newestAudit = async () => (await stores.app.audit.list({ companyId: at.companyId, limit: 1 })).items[0]!;

  it('are saved over the one that was seen, and audited with before and after', async () => {
    expect(await stores.app.mappingDrafts.find(ref())).toBeNull();
    expect(await save(null)).toMatchObject({ revision: 1, mapping, savedBy: by.actor });
    expect(await save(1, changed)).toMatchObject({ revision: 2 });
    expect(await stores.app.mappingDrafts.find(ref())).toMatchObject({ revision: 2, mapping: changed });
    expect(await newestAudit()).toMatchObject({
      action: 'mapping.draft',
      detail: { object: 'message' },
      before: { externalId: 'sid' },
      after: { externalId: 'id' },
    });
  });

  it('of two people who edit the same one, tell the second who was first', async () => {
    await save(null);
    const answers = await Promise.allSettled([
      save(1, changed, { ...by, actor: 'user_a' }),
      save(1, mapping, { ...by, actor: 'user_b' }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const refused = answers.find((answer): answer is PromiseRejectedResult => answer.status === 'rejected')!;
    expect(refused.reason).toBeInstanceOf(Conflict);
    expect((refused.reason as Error).message).toMatch(/Somebody else has saved the draft since \(revision 2, by user_[ab]\)/);
    await expect(save(null)).rejects.toThrow('Somebody else has saved');
  });

  it('become the next version by being published, once, and are gone', async () => {
    await save(null);
    const publish = (revision: number) => stores.app.mappingDrafts.publish({ ...ref(), revision }, by);
    await expect(publish(2)).rejects.toThrow('Somebody else has saved');
    expect(await publish(1)).toEqual({ ...mapping, version: 1 });
    await expect(publish(1)).rejects.toThrow('There is no such draft any more');
    expect(await stores.app.mappings.current(at.connectionId, 'message')).toEqual({ ...mapping, version: 1 });
    expect(await newestAudit()).toMatchObject({ action: 'mapping.publish', detail: { object: 'message', version: 1 } });
  });

  it('that came after one that is gone are never taken for it', async () => {
    const first = await save(null);
    expect(await stores.app.mappingDrafts.discard(ref(), by)).toBe(true);
    expect(await newestAudit()).toMatchObject({ action: 'mapping.discard', before: { externalId: 'sid' } });
    expect(await stores.app.mappingDrafts.discard(ref(), by)).toBe(false);
    expect((await save(null, changed)).revision).toBeGreaterThan(first.revision);
    await expect(save(first.revision)).rejects.toThrow('Somebody else has saved');
  });

  it('are not needed to go back: an earlier version is published again as the next one', async () => {
    const { mappings } = stores.app;
    const { connectionId } = at;
    const first = await mappings.publish({ connectionId, mapping }, by);
    await mappings.publish({ connectionId, mapping: changed }, by);
    expect(await mappings.find(connectionId, 'message', 1)).toEqual(first);
    expect(await mappings.find(connectionId, 'message', 3)).toBeNull();
    expect(await mappings.rollBack({ connectionId, to: first }, by)).toEqual({ ...mapping, version: 3 });
    expect(await newestAudit()).toMatchObject({ action: 'mapping.roll_back', detail: { version: 3, from: 1 } });
    expect(await mappings.rollBack({ connectionId, to: first }, by)).toMatchObject({ version: 3 });
  });
});

describe.each(servers)('Raw records that are kept as events on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
    at = await connectedCompany(stores.app);
    const event = {
      connectionId: at.connectionId,
      companyId: at.companyId,
      providerKey: 'twilio',
      occurredAt: null,
      receivedAt: new Date(),
    };
    const polled = (key: string) => ({ ...event, source: 'poll' as const, key, type: 'message', data: { record: { id: key } } });
    const told = { ...event, source: 'webhook' as const, key: 'hook', type: 'message', data: { record: { id: 'hook' } } };
    await stores.traffic.events.storeBatch([polled('a'), told, { ...polled('u'), type: 'usage' }]);
    kept = await stores.traffic.events.keepIgnored([polled('b'), polled('c')], 'For a look.');
  });
  let kept: string[];
  afterAll(() => stores.close());

  const idsOf = (records: { raw?: unknown }[]) => records.map(({ raw }) => (raw as { id: string } | undefined)?.id);

  it('are read newest first, of one object, and webhooks are none', async () => {
    const { events } = stores.traffic;
    const read = (limit: number) => events.newestPolled({ connectionId: at.connectionId, object: 'message', limit });
    expect(idsOf(await read(50))).toEqual(['c', 'b', 'a']);
    expect(idsOf(await read(2))).toEqual(['c', 'b']);
    expect(idsOf(await events.polledByIds(at.connectionId, kept.toReversed()))).toEqual(['c', 'b']);
  });

  it('are read in order of arrival, with an end', async () => {
    const { events } = stores.traffic;
    const after = (id: string) => events.polledAfter({ connectionId: at.connectionId, object: 'message', after: id });
    const { records, next } = await after('0');
    expect(idsOf(records)).toEqual(['a', 'b', 'c']);
    expect(next).toBe(kept.at(-1));
    expect(await after(next!)).toEqual({ records: [], next: null });
  });

  it('for a look wait for nobody, say why, and stand there once however often they are fetched', async () => {
    const { events } = stores.traffic;
    expect(idsOf((await events.nextBatch(at.connectionId, 10)).map(({ data }) => ({ raw: data['record'] })))).toEqual([
      'a',
      'hook',
      'u',
    ]);
    const { items } = await events.list({ connectionId: at.connectionId, limit: 1 });
    expect(items[0]).toMatchObject({ id: kept[1], state: 'ignored', sentence: 'For a look.' });
    const event = {
      connectionId: at.connectionId,
      companyId: at.companyId,
      providerKey: 'twilio',
      occurredAt: null,
      receivedAt: new Date(),
    };
    const again = { ...event, source: 'poll' as const, key: 'b', type: 'message', data: { record: { id: 'b' } } };
    expect(await events.keepIgnored([again], 'For a look.')).toEqual([kept[0]]);
  });

  it('are told as gone when their payload is past its retention', async () => {
    await write(stores.trafficDb, 'DELETE FROM integration_raw_payloads WHERE connection_id = :id', { id: at.connectionId });
    const { events } = stores.traffic;
    expect(await events.newestPolled({ connectionId: at.connectionId, object: 'message', limit: 50 })).toEqual([]);
    const { records } = await events.polledAfter({ connectionId: at.connectionId, object: 'message', after: '0' });
    expect(records.map((record) => 'raw' in record)).toEqual([false, false, false]);
  });
});
