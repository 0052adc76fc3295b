import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { SourceType } from '../../domain/source-fields.ts';
import { by, connectedCompany, openStores, servers, type Connected, type OpenStores } from './stores.ts';

describe.each(servers)('The fields of a provider on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const start = Date.parse('2026-11-21T10:00:00.000Z');
  const observe = (minute: number, types: Record<string, SourceType>, seen: string[] = []) =>
    stores.app.sourceFields.observe({
      connectionId: at.connectionId,
      object: 'message',
      types: new Map(Object.entries(types)),
      sampled: 20,
      seen,
      at: new Date(start + minute * 60_000),
    });
  const listed = async () =>
    (await stores.app.sourceFields.list(at.connectionId)).map(({ path, type, state, lastSeenAt }) => [
      path,
      type,
      state,
      (lastSeenAt.getTime() - start) / 60_000,
    ]);

  it('are kept with when they were first and last seen, mapped ones by each run', async () => {
    await observe(0, { sid: 'text', price: 'empty' }, ['sid', 'deep.er.than.seen']);
    await observe(5, { sid: 'text', price: 'number' }, ['sid']);
    await observe(3, { sid: 'text' }, ['sid']);
    expect(await listed()).toEqual([
      ['deep.er.than.seen', 'empty', 'present', 0],
      ['price', 'number', 'present', 5],
      ['sid', 'text', 'present', 5],
    ]);
    const [, price] = await stores.app.sourceFields.list(at.connectionId);
    expect(price!.firstSeenAt.getTime()).toBe(start);
    await observe(90, { sid: 'text', price: 'number' });
    expect(await listed()).toContainEqual(['price', 'number', 'present', 90]);
  });

  it('vanish when a run did not have them that looked for them, and come back with the next sight', async () => {
    const { sourceFields } = stores.app;
    const vanished = (minute: number, paths = ['sid', 'body', 'never']) =>
      sourceFields.markVanished({
        connectionId: at.connectionId,
        object: 'message',
        paths,
        since: new Date(start + minute * 60_000),
      });
    await observe(0, { sid: 'text', body: 'text' }, ['sid', 'body']);
    await observe(5, { sid: 'text' }, ['sid']);
    await vanished(5);
    expect((await sourceFields.lost(at.connectionId)).map(({ path, state }) => [path, state])).toEqual([['body', 'vanished']]);
    await vanished(5, []);
    await observe(10, { body: 'empty' }, ['body']);
    expect(await sourceFields.lost(at.connectionId)).toEqual([]);
  });

  it('of another type stand as changed until the mapping is published again', async () => {
    const { sourceFields, mappings } = stores.app;
    await observe(0, { price: 'text' });
    await observe(5, { price: 'number' });
    expect(await sourceFields.lost(at.connectionId)).toMatchObject([
      { path: 'price', state: 'changed', typeBefore: 'text', type: 'number' },
    ]);
    const mapping = { object: 'message' as const, externalId: 'sid', sourceUpdatedAt: 'at', fields: [] };
    await mappings.publish({ connectionId: at.connectionId, mapping: { ...mapping, object: 'usage' } }, by);
    expect(await sourceFields.lost(at.connectionId)).toHaveLength(1);
    await mappings.publish({ connectionId: at.connectionId, mapping }, by);
    expect(await sourceFields.lost(at.connectionId)).toEqual([]);
    expect(await listed()).toEqual([['price', 'number', 'present', 5]]);
  });

  it('that are lost have a task each, and the open ones can be read by their connection', async () => {
    const { tasks } = stores.app;
    const ref = { companyId: at.companyId, connectionId: at.connectionId, cause: 'source_field_lost' };
    await tasks.open({ ...ref, subject: 'a', sentence: 'A.' });
    await tasks.open({ ...ref, subject: 'b', sentence: 'B.' });
    await tasks.open({ ...ref, cause: 'other', subject: 'c', sentence: 'C.' });
    await tasks.completeBySubject('a', 'Back.', 'engine');
    expect(await tasks.openSubjects(ref)).toEqual(['b']);
  });
});
