import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { write } from '../../db/sql.ts';
import { noCounts } from '../../domain/remap.ts';
import { by, connectedCompany, message, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('Records that are mapped again on $name', ({ server }) => {
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
  const ask = (fromVersion = 1, toVersion = 3) => stores.app.remaps.ask({ ...ref(), fromVersion, toVersion }, by);
  const bodies = async () =>
    Object.fromEntries(
      (await stores.app.records.messages({ connectionId: at.connectionId, limit: 10 })).items.map((each) => [
        each.externalId,
        each.body,
      ]),
    );
  const save = (mappingVersion: number, ...records: Parameters<typeof message>[]) =>
    stores.app.records.savePage({
      ...pageOf(
        at,
        records.map((each) => message(...each)),
      ),
      mappingVersion,
    });

  it('are one re-mapping at a time, audited, and another one after its end', async () => {
    const remaps = await Promise.all([ask(), ask()]);
    expect(remaps[0]).toMatchObject({ fromVersion: 1, toVersion: 3, afterEvent: '0', counts: noCounts, outcome: null });
    expect(remaps[1].id).toBe(remaps[0].id);
    const [newest] = (await stores.app.audit.list({ companyId: at.companyId, limit: 1 })).items;
    expect(newest).toMatchObject({ action: 'mapping.remap', detail: { object: 'message', fromVersion: 1, toVersion: 3 } });
    await stores.app.remaps.close(remaps[0].id, { outcome: 'succeeded', sentence: 'Done.' });
    await stores.app.remaps.close(remaps[0].id, { outcome: 'failed', sentence: 'Late.' });
    expect(await stores.app.remaps.latest(ref())).toMatchObject({
      outcome: 'succeeded',
      sentence: 'Done.',
      finishedAt: expect.any(Date),
    });
    expect((await ask()).id).not.toBe(remaps[0].id);
  });

  it('are told by the newest, also when the one before was asked for by a clock that was ahead', async () => {
    const before = await ask(1, 3);
    await stores.app.remaps.close(before.id, { outcome: 'succeeded', sentence: 'Done.' });
    await write(stores.appDb, 'UPDATE integration_remaps SET id = :later WHERE id = :id', {
      id: before.id,
      later: 'rmp_zzzzzzzz',
    });
    const newest = await ask(1, 4);
    expect(await stores.app.remaps.latest(ref())).toMatchObject({ id: newest.id, outcome: null });
    await stores.app.remaps.close(newest.id, { outcome: 'succeeded', sentence: 'Done.' });
    expect(await stores.app.remaps.latest(ref())).toMatchObject({ id: newest.id, outcome: 'succeeded' });
  });

  it('are written with their counts and their place together, so that a repeated piece counts once', async () => {
    await save(1, ['SM1', { body: 'old' }]);
    const remap = await ask();
    const piece = {
      records: [message('SM1', { body: 'new' }), message('SM2', { body: 'second' })],
      failed: 1,
      gone: 2,
      replayed: 3,
      upTo: '17',
    };
    const saved = await stores.app.remaps.savePiece(remap, piece);
    expect(saved).toMatchObject({ afterEvent: '17', counts: { replayed: 3, created: 1, updated: 1, failed: 1, gone: 2 } });
    expect(await stores.app.remaps.savePiece(remap, piece)).toEqual(saved);
    expect(await stores.app.remaps.find(remap.id)).toEqual(saved);
    expect(await bodies()).toEqual({ SM1: 'new', SM2: 'second' });
  });

  it('never take the place of newer ones, nor of those that an earlier version made', async () => {
    await save(1, ['SM1', { body: 'first version' }]);
    await save(2, ['SM2', { body: 'newer' }, '2026-11-20T12:00:00.000Z'], ['SM3', { body: 'same age' }]);
    const remap = await ask(2);
    const records = ['SM1', 'SM2', 'SM3'].map((id) => message(id, { body: 'again' }));
    const { counts } = await stores.app.remaps.savePiece(remap, { records, failed: 0, gone: 0, replayed: 3, upTo: '5' });
    expect(counts).toMatchObject({ updated: 1, ignored: 1 });
    expect(await bodies()).toEqual({ SM1: 'first version', SM2: 'newer', SM3: 'again' });
  });

  it('stand at the version that last made them, also when it made them just the same', async () => {
    await save(1, ['SM1'], ['SM2'], ['SM3']);
    expect(await stores.app.remaps.standing(ref())).toEqual([{ version: 1, rows: 3 }]);
    const remap = await ask();
    const piece = { records: [message('SM1')], failed: 0, gone: 0, replayed: 1, upTo: '5' };
    expect((await stores.app.remaps.savePiece(remap, piece)).counts).toMatchObject({ unchanged: 1, updated: 0 });
    expect(await save(2, ['SM2'])).toMatchObject({ unchanged: 1, updated: 0 });
    expect(await stores.app.remaps.standing(ref())).toEqual([
      { version: 1, rows: 1 },
      { version: 2, rows: 1 },
      { version: 3, rows: 1 },
    ]);
  });

  it('can be read from the start again once no run is under way', async () => {
    await save(1, ['SM1']);
    const restart = () => stores.app.jobs.restart(at.connectionId, 'message', by);
    await expect(restart()).rejects.toThrow(`The run ${at.runId} is under way`);
    await stores.app.runs.close(at.runId, { outcome: 'succeeded' });
    expect((await stores.app.jobs.find(at.jobId))!.cursor).not.toBeNull();
    expect(await restart()).toMatchObject([{ id: at.jobId, cursor: null }]);
    expect((await stores.app.jobs.find(at.jobId))!.cursor).toBeNull();
  });
});
