import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { contacts, deals, openScene } from './streams.fixture.ts';

let scene: Awaited<ReturnType<typeof openScene>>;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.close());
beforeEach(() => scene.begin());

describe('Pipedrive’s deals', () => {
  it('tell deleted deals with their time, bring restored ones back, and end a merged one as deleted', async () => {
    await scene.act('createDeals', { count: 4, movementsEach: 1, overS: 0 });
    let { cursor } = await scene.run(deals, null);
    const at = scene.now();
    await scene.act('deleteDeal', { dealId: 1, at: at + 1 });
    await scene.act('mergeDeals', { dealId: 2, intoId: 3, at: at + 1 });
    const first = await scene.run(deals, cursor);
    ({ cursor } = first);
    const ended = { at: new Date((at + 1) * 1_000).toISOString(), mergedInto: null };
    expect(scene.deletedOf(first.pages)).toEqual([
      { externalId: '1', ...ended },
      { externalId: '2', ...ended },
    ]);
    expect(scene.recordsOf(first.pages).find(({ id }) => id === 3)).toMatchObject({ title: 'Deal 3 and Deal 2' });
    await scene.act('restoreDeal', { dealId: 1, at: at + 2 });
    expect(scene.recordsOf((await scene.run(deals, cursor)).pages).map(({ id }) => id)).toContain(1);
    const byIds = await deals.fetchByIds!(scene.context(), {
      externalIds: ['1', '2', '99', 'x'],
      now: new Date('2026-05-06T07:08:09Z'),
    });
    expect((byIds.records as { id: number }[]).map(({ id }) => id)).toEqual([1]);
    const gone = { at: '2026-05-06T07:08:09.000Z', mergedInto: null };
    expect(byIds.deleted).toEqual([
      { externalId: '2', ...ended },
      { externalId: '99', ...gone },
      { externalId: 'x', ...gone },
    ]);
  });

  it('keep archived deals, which leave Pipedrive’s usual list, and look for them every six hours', async () => {
    await scene.act('createDeals', { count: 3, movementsEach: 1, overS: 0 });
    await scene.act('archiveDeal', { dealId: 1 });
    const start = Date.now();
    const first = await scene.run(deals, null, { now: new Date(start) });
    expect(scene.recordsOf(first.pages).map(({ id }) => id)).toEqual([2, 3, 1]);
    await scene.act('archiveDeal', { dealId: 2 });
    const soon = await scene.run(deals, first.cursor, { now: new Date(start + 900_000) });
    expect(scene.recordsOf(soon.pages).map(({ id }) => id)).toEqual([3]);
    expect((await scene.fetchDeal(2)) as object).toMatchObject({ id: 2, is_archived: true });
    const later = await scene.run(deals, soon.cursor, { now: new Date(start + 6 * 3_600_000) });
    expect(new Set(scene.recordsOf(later.pages).map(({ id }) => id))).toEqual(new Set([1, 2, 3]));
    expect(scene.deletedOf([...first.pages, ...soon.pages, ...later.pages])).toEqual([]);
  });

  it('read what changed at the very second where a window begins, and nothing before it', async () => {
    await scene.act('createDeals', { count: 3, movementsEach: 0, overS: 0 });
    const { cursor } = await scene.run(deals, null);
    const begins = Math.floor(Date.parse((JSON.parse(cursor) as { since: string }).since) / 1_000);
    expect(scene.now() - begins).toBeGreaterThanOrEqual(5 * 60);
    for (const [dealId, at] of [
      [1, begins - 1],
      [2, begins],
      [3, begins + 1],
    ] as const)
      await scene.act('backdateDeal', { dealId, at });
    expect(scene.recordsOf((await scene.run(deals, cursor)).pages).map(({ id }) => id)).toEqual([2, 3]);
  });

  it('go on from the time that was reached when a marker is no longer taken, and do not begin anew for ever', async () => {
    await scene.act('createDeals', { count: 12, movementsEach: 0, overS: 1_200 });
    const first = await deals.fetchPage(scene.context(), { cursor: null, now: new Date(), pageSize: 4 });
    const withMarker = (marker: string, over: object = {}) => {
      const cursor = JSON.parse(first.cursor) as { pass: object };
      return JSON.stringify({ ...cursor, pass: { ...cursor.pass, marker, ...over } });
    };
    const { pages } = await scene.run(deals, withMarker('stale'), { pageSize: 4 });
    expect(scene.recordsOf(pages).map(({ id }) => id)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const stuck = deals.fetchPage(scene.context(), {
      cursor: withMarker('stale', { reachedAt: null }),
      now: new Date(),
      pageSize: 4,
    });
    await expect(stuck).rejects.toMatchObject({ status: 400 });
  });
});

describe('Pipedrive’s persons', () => {
  it('tell them with their organisation, and the address and number that count first', async () => {
    await scene.act('createPersons', { count: 3 });
    const told = scene.recordsOf((await scene.run(contacts, null)).pages);
    expect(
      scene.fieldsOf(
        contacts,
        told.find(({ id }) => id === 2),
      ),
    ).toEqual({
      name: 'Person 2',
      email: 'person2@work.example',
      phone: '+37255500002',
      organisation: 'Organisation 1',
    });
    expect(
      scene.fieldsOf(
        contacts,
        told.find(({ id }) => id === 3),
      ),
    ).toMatchObject({ phone: null, organisation: null });
    expect((await scene.asked(/organizations$/)).map(({ query }) => query)).toEqual([{ ids: '1', limit: '100' }]);
  });

  it('have every field that the mapping reads, empty where a person has none, so that nothing seems to have vanished', async () => {
    await scene.act('createPersons', { count: 1 });
    await scene.act('emptyPerson', { personId: 1 });
    const [person] = scene.recordsOf((await scene.run(contacts, null)).pages);
    const paths = contacts.mapping.fields.map(({ source }) => source);
    expect(paths).toEqual(['name', 'primary_email', 'primary_phone', 'organization_name']);
    expect(Object.keys(person!)).toEqual(expect.arrayContaining(paths));
    expect(scene.fieldsOf(contacts, person)).toEqual({ name: 'Person 1', email: null, phone: null, organisation: null });
  });

  it('tell one who was deleted when asked for by id', async () => {
    await scene.act('createPersons', { count: 2 });
    await scene.act('deletePerson', { personId: 1 });
    const asking = { externalIds: ['1', '2'], now: new Date('2026-05-06T07:08:09Z') };
    const { records, deleted } = await contacts.fetchByIds!(scene.context(), asking);
    expect(records).toMatchObject([{ id: 2 }]);
    expect(deleted).toEqual([{ externalId: '1', at: '2026-05-06T07:08:09.000Z', mergedInto: null }]);
  });
});
