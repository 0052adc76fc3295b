import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { noReplayCounts } from '../../domain/replay.ts';
import { by, connectedCompany, message, openStores, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('Replays of failed work on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const failure = (cause: string) => ({
    companyId: at.companyId,
    connectionId: at.connectionId,
    kind: 'record' as const,
    cause,
    code: 'record_rejected' as const,
    sentence: 'It does not fit.',
    rawEventId: null,
    object: 'message',
    mappingVersion: 1,
  });
  const put = async (cause: string) => (await stores.app.errorQueue.put(failure(cause))).id;
  const stateOf = async (id: string) => (await stores.app.errorQueue.find(id))!.state;
  const ask = (filter = {}) => stores.app.replays.ask({ connectionId: at.connectionId, filter }, by);
  const preview = (filter = {}) => stores.app.replayPreviews.ask({ connectionId: at.connectionId, filter, livesMs: 60_000 }, by);
  const recordOf = (itemId: string, id: string, body = 'Hello', mappingVersion = 2) => ({
    itemId,
    record: message(id, { body }),
    mappingVersion,
  });
  const bodies = async () =>
    Object.fromEntries(
      (await stores.app.records.messages({ connectionId: at.connectionId, limit: 10 })).items.map((row) => [
        row.externalId,
        row.body,
      ]),
    );

  it('take their items in pieces, the same again until a piece is saved, and save each once with its counts', async () => {
    const [one, two, three] = [await put('a'), await put('b'), await put('c')];
    const replay = await ask({ object: 'message' });
    expect(replay).toMatchObject({ items: 3, counts: noReplayCounts, outcome: null, afterItem: '' });
    const taken = await stores.app.replays.takePiece(replay, 2);
    expect(taken.map(({ id, state }) => [id, state])).toEqual([one, two].map((id) => [id, 'retrying']));
    expect((await stores.app.replays.takePiece(replay, 2)).map(({ id }) => id)).toEqual([one, two]);
    const piece = {
      records: [recordOf(one, 'SM1')],
      failures: [failure('b')],
      itemIds: [one, two],
      counts: { failed: 1 },
      upTo: two,
    };
    const saved = await stores.app.replays.savePiece(replay, piece);
    expect(saved).toMatchObject({ afterItem: two, counts: { created: 1, failed: 1, updated: 0 } });
    expect(await stores.app.replays.savePiece(replay, piece)).toEqual(saved);
    expect(await stores.app.errorQueue.find(two)).toMatchObject({ attempts: 2, state: 'pending' });
    expect(await stateOf(one)).toBe('resolved');
    expect(await bodies()).toEqual({ SM1: 'Hello' });

    // What comes after it was asked for is not its own, and what it took and did not do waits again.
    expect((await stores.app.replays.takePiece(saved, 2)).map(({ id }) => id)).toEqual([three]);
    await stores.app.replays.close(replay.id, { outcome: 'failed', sentence: 'It was paused.' });
    await stores.app.replays.close(replay.id, { outcome: 'succeeded' });
    expect(await stores.app.replays.find(replay.id)).toMatchObject({ outcome: 'failed', sentence: 'It was paused.' });
    expect(await stateOf(three)).toBe('pending');
    const [newest] = (await stores.app.audit.list({ companyId: at.companyId, limit: 1 })).items;
    expect(newest).toMatchObject({ action: 'failure.replay', detail: { replay: replay.id, items: 3 } });
  });

  it('are found when nobody carries them out', async () => {
    const replay = await ask();
    const running = async () => (await stores.app.replays.running(new Date(Date.now() + 1_000))).map(({ id }) => id);
    expect(await running()).toContain(replay.id);
    expect((await stores.app.replays.running(new Date(0))).length).toBe(0);
    await stores.app.replays.close(replay.id, { outcome: 'succeeded' });
    expect(await running()).not.toContain(replay.id);
    expect((await stores.app.replays.list({ connectionId: at.connectionId, limit: 5 })).items).toMatchObject([
      { id: replay.id, sentence: '0 of 0 items were tried again.' },
    ]);
  });

  it('of a preview write exactly what it showed, and leave each row that is otherwise with why', async () => {
    const ids = [await put('a'), await put('b'), await put('c'), await put('d')];
    const [same, changed, otherMapping, equal] = ids as [string, string, string, string];
    const stored = message('SM4', { body: 'Equal' });
    const { connectionId, companyId } = at;
    const apply = (record: ReturnType<typeof message>) =>
      stores.app.records.applyRecords({ connectionId, companyId, mappingVersion: 1, records: [record] });
    await apply(stored);
    const records = [
      recordOf(same, 'SM1'),
      recordOf(changed, 'SM2'),
      recordOf(otherMapping, 'SM3'),
      recordOf(equal, 'SM4', 'Equal'),
    ];
    const weighed = await stores.app.replayPreviews.weigh(
      { connectionId, object: 'message' },
      records.map(({ record }) => record),
    );
    expect(weighed.map(({ verdict }) => verdict)).toEqual(['created', 'created', 'created', 'unchanged']);
    const { id: previewId } = await preview();
    const base = { rawEventId: null, object: 'message' as const, mappingVersion: 2 };
    const rows = ids.map((itemId, index) => ({ ...base, itemId, externalId: `SM${index + 1}`, ...weighed[index]! }));
    await stores.app.replayPreviews.save(previewId, rows);
    await stores.app.replayPreviews.save(previewId, rows);
    expect(await stores.app.replayPreviews.find(previewId)).toMatchObject({ items: 4, totals: { created: 3, unchanged: 1 } });

    await apply(message('SM2', { body: 'Came meanwhile' }));
    const replay = await stores.app.replays.ask({ previewId }, by);
    expect((await stores.app.replays.ask({ previewId }, by)).id).toBe(replay.id);
    expect(await stores.app.replays.takePiece(replay, 10)).toHaveLength(4);
    records[2] = recordOf(otherMapping, 'SM3', 'Hello', 3);
    const saved = await stores.app.replays.savePiece(replay, { records, failures: [], itemIds: ids, counts: {}, upTo: equal });
    expect(saved.counts).toEqual({ ...noReplayCounts, created: 1, unchanged: 1, kept: 2 });
    expect(await bodies()).toEqual({ SM1: 'Hello', SM2: 'Came meanwhile', SM4: 'Equal' });
    expect(await Promise.all(ids.map(stateOf))).toEqual(['resolved', 'pending', 'pending', 'resolved']);
    expect((await stores.app.replayPreviews.rows(previewId, 10)).map(({ outcome, why }) => why ?? outcome)).toEqual([
      'changed',
      'The row was changed since the preview.',
      'Another version of the mapping was published since the preview.',
      'changed',
    ]);
  });

  it('forget previews that expired and were never replayed', async () => {
    const [old, replayed] = [await preview(), await preview()];
    for (const { id } of [old, replayed]) await stores.app.replayPreviews.save(id, []);
    await stores.app.replays.ask({ previewId: replayed.id }, by);
    await stores.appDb.query('UPDATE integration_replay_previews SET expires_at = asked_at - INTERVAL 1 HOUR');
    await expect(stores.app.replays.ask({ previewId: old.id }, by)).rejects.toThrow('has expired');
    await preview();
    expect(await stores.app.replayPreviews.find(old.id)).toBeNull();
    expect(await stores.app.replayPreviews.find(replayed.id)).not.toBeNull();
  });
});
