/** Deals with the steps of their history, contacts, and what the stages of a pipeline mean. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CanonicalRecord, DealFields, ProviderStage, StageMovement } from '../../domain/records.ts';
import type { PipelineStage } from '../../db/app/stores/pipeline-stages.ts';
import { by, connectedCompany, openStores, pageOf, servers, type Connected, type OpenStores } from './stores.ts';

const movedTo = (to: string, at: string, from: string | null = null): StageMovement => ({ from, to, at, by: '77' });
const opened = movedTo('new', '2026-11-01T09:00:00.000Z');
const offered = movedTo('offer', '2026-11-05T09:00:00.000Z', 'new');

function deal(
  externalId: string,
  fields: Partial<DealFields> = {},
  { at = '2026-11-20T10:00:00.000Z', movements = [opened] }: { at?: string; movements?: StageMovement[] } = {},
): CanonicalRecord {
  return {
    object: 'deal',
    externalId,
    sourceUpdatedAt: at,
    movements,
    fields: {
      title: 'New roof',
      stage: movements.at(-1)?.to ?? 'new',
      contactExternalId: null,
      ownerExternalId: '77',
      amount: '1200.5',
      currency: 'USD',
      expectedCloseOn: '2026-12-24',
      openedAt: '2026-11-01T09:00:00.000Z',
      ...fields,
    },
  };
}

const stage = (externalId: string, position: number, more: Partial<ProviderStage> = {}): ProviderStage => ({
  externalId,
  label: `Stage ${externalId}`,
  pipelineExternalId: 'sales',
  pipelineLabel: 'Sales',
  position,
  probability: 0.25,
  kind: 'open',
  ...more,
});

describe.each(servers)('deals on $name', ({ server }) => {
  let stores: OpenStores;
  let at: Connected;
  beforeAll(async () => {
    stores = await openStores(server);
  });
  afterAll(() => stores.close());
  beforeEach(async () => {
    at = await connectedCompany(stores.app);
  });

  const save = (...records: CanonicalRecord[]) => stores.app.records.savePage(pageOf(at, records));
  const deals = async () => (await stores.app.deals.list({ connectionId: at.connectionId, limit: 100 })).items;
  const movements = async (dealExternalId?: string) =>
    (await stores.app.deals.movements({ connectionId: at.connectionId, dealExternalId, limit: 100 })).items;
  const remove = (externalId: string, time: string, mergedInto: string | null = null) =>
    stores.app.records.applyRecords({
      ...at,
      mappingVersion: null,
      records: [],
      deleted: { object: 'deal', records: [{ externalId, at: time, mergedInto }] },
    });

  it('keeps what is to be written of each record in order, beside other records, and lets the next go when one is over', async () => {
    const { pushes, errorQueue } = stores.app;
    const { connectionId, companyId } = at;
    await save(deal('1'), deal('2'));
    const ids = new Map((await deals()).map(({ externalId, id }) => [externalId, id]));
    const ask = async (externalId: string, title: string) =>
      (await pushes.ask({ connectionId, companyId, dealId: ids.get(externalId)!, wanted: { title }, overwrites: false }, by)).id;
    const [first, second, other] = [await ask('1', 'A'), await ask('1', 'B'), await ask('2', 'C')];
    const due = async (now = new Date()) => (await pushes.due({ connectionId, now, limit: 10 })).map(({ id }) => id);
    expect(await due()).toEqual([first, other]);
    expect((await pushes.find(second))!.seen).toMatchObject({ title: 'A', amount: '1200.5', expectedCloseOn: '2026-12-24' });
    const soon = new Date(Date.now() + 60_000);
    await pushes.wait(first, { code: 'provider_unavailable', sentence: 'Away.', nextAttemptAt: soon });
    expect(await due()).toEqual([other]);
    expect(await due(new Date(soon.getTime() + 1))).toEqual([first, other]);
    expect([...(await pushes.dueSinceOf([connectionId], new Date())).keys()]).toEqual([connectionId]);
    expect(await pushes.claim(other)).toBe(true);
    await expect(pushes.cancel(other, by)).rejects.toThrow('written at this moment');
    await pushes.finish(other, { state: 'done', mappingVersion: null });
    expect(await pushes.claim(other)).toBe(false);
    expect(await pushes.nextDue(connectionId)).toMatchObject({ at: soon, attempts: 1 });

    const why = { code: 'record_rejected' as const, sentence: 'Not taken.', mappingVersion: 2 };
    await pushes.finish(first, { state: 'failed', ...why });
    expect(await due()).toEqual([]);
    expect(await pushes.standing(connectionId)).toEqual({ waiting: 1, oldestAt: expect.any(Date), needPerson: 1 });
    const items = async () => (await errorQueue.list({ connectionId, limit: 10 })).items;
    const [item] = await items();
    expect(item).toMatchObject({ kind: 'push', cause: first, state: 'pending', mend: 'person', nextAttemptAt: null });
    await pushes.retry(first, { overwrites: true }, by);
    expect(await items()).toMatchObject([{ state: 'retrying' }]);
    expect(await pushes.find(first)).toMatchObject({ state: 'waiting', overwrites: true, attempts: 0 });
    await pushes.finish(first, { state: 'conflict', ...why });
    await errorQueue.ignore(item!.id, 'Not needed.', by);
    expect(await pushes.find(first)).toMatchObject({ state: 'cancelled' });
    expect(await due()).toEqual([second]);
    await pushes.cancelAll(connectionId, 'Disconnected.');
    expect(await pushes.standing(connectionId)).toEqual({ waiting: 0, oldestAt: null, needPerson: 0 });
  });

  it('names a deal’s owner, and keeps the last name of one who is gone at the provider', async () => {
    const owner = (externalId: string, name: string | null, isActive = true) => ({ externalId, name, isActive });
    const refresh = (...owners: ReturnType<typeof owner>[]) =>
      stores.app.recordOwners.refresh(at.connectionId, owners, new Date('2026-11-21T10:00:00.000Z'));
    const shown = async () => (await deals())[0]!.owner;
    await save(deal('1'));
    expect(await shown()).toBeNull();
    await refresh(owner('77', 'Kim Park'), owner('78', 'Sam Rivera'));
    expect(await shown()).toEqual({ name: 'Kim Park', goneAt: null });
    await refresh(owner('77', null, false), owner('78', 'Sam Rivera'));
    const gone = { name: 'Kim Park', goneAt: new Date('2026-11-21T10:00:00.000Z') };
    expect(await shown()).toEqual(gone);
    await stores.app.recordOwners.refresh(at.connectionId, [owner('78', 'Sam Rivera')], new Date('2026-11-22T10:00:00.000Z'));
    expect(await shown()).toEqual(gone);
    await refresh(owner('77', 'Kim Park-Rivera'));
    expect(await shown()).toEqual({ name: 'Kim Park-Rivera', goneAt: null });
    expect(await stores.app.recordOwners.list(at.connectionId)).toContainEqual({ ...gone, externalId: '78', name: 'Sam Rivera' });
  });

  it('answers a deal as it was given, and each step with the time that the deal had stood there', async () => {
    await save(deal('1', {}, { movements: [opened, offered] }));
    expect(await deals()).toEqual([
      expect.objectContaining({
        externalId: '1',
        title: 'New roof',
        stage: 'offer',
        stageMeaning: null,
        amount: '1200.5',
        currency: 'USD',
        expectedCloseOn: '2026-12-24',
        openedAt: '2026-11-01T09:00:00.000Z',
        deletedAt: null,
      }),
    ]);
    expect(await movements('1')).toEqual([
      expect.objectContaining({ from: 'new', to: 'offer', at: new Date(offered.at), enteredAt: new Date(opened.at), by: '77' }),
      expect.objectContaining({ from: null, to: 'new', at: new Date(opened.at), enteredAt: null, runId: at.runId }),
    ]);
  });

  it('keeps one row of a step, whoever tells of it again, and adds the steps that are new', async () => {
    await save(deal('1'));
    await save(deal('1', {}, { at: '2026-11-20T11:00:00.000Z', movements: [opened, offered] }));
    const told = { ...deal('1', {}, { at: '2026-11-20T12:00:00.000Z', movements: [opened, offered] }), rawEventId: '42' };
    await stores.app.records.applyRecords({ ...at, mappingVersion: 1, records: [told] });
    expect((await movements('1')).map(({ to }) => to)).toEqual(['offer', 'new']);
  });

  it('sees that a deal went to another stage and back, though its fields are the same', async () => {
    await save(deal('1'));
    const back = movedTo('new', '2026-11-06T09:00:00.000Z', 'offer');
    const counts = await save(deal('1', {}, { at: '2026-11-20T11:00:00.000Z', movements: [opened, offered, back] }));
    expect(counts).toMatchObject({ updated: 1, unchanged: 0 });
    expect(await movements('1')).toHaveLength(3);
  });

  it('keeps the steps that the provider has forgotten', async () => {
    await save(deal('1', {}, { movements: [opened, offered] }));
    await save(deal('1', { title: 'Old roof' }, { at: '2026-11-20T11:00:00.000Z', movements: [offered] }));
    expect(await movements('1')).toHaveLength(2);
  });

  it('marks what the provider no longer has once, and a newer version takes the mark away', async () => {
    await save(deal('1'), deal('2'));
    await remove('1', '2026-11-20T11:00:00.000Z');
    await remove('2', '2026-11-20T11:00:00.000Z', '1');
    const marks = async () => new Map((await deals()).map((row) => [row.externalId, [row.deletedAt, row.mergedInto]]));
    expect(await marks()).toEqual(
      new Map([
        ['1', [new Date('2026-11-20T11:00:00.000Z'), null]],
        ['2', [new Date('2026-11-20T11:00:00.000Z'), '1']],
      ]),
    );
    await remove('1', '2026-11-20T12:00:00.000Z');
    await save(deal('1', {}, { at: '2026-11-20T12:30:00.000Z' }));
    expect((await marks()).get('1')).toEqual([null, null]);
    expect((await marks()).get('2')).toEqual([new Date('2026-11-20T11:00:00.000Z'), '1']);
  });

  it('takes a deal back that was deleted and restored within one second of a provider that counts no finer', async () => {
    await save(deal('1', {}, { at: '2026-11-20T11:00:00.000Z' }));
    await remove('1', '2026-11-20T11:00:00.000Z');
    expect(await deals()).toEqual([expect.objectContaining({ deletedAt: expect.any(Date) })]);
    await save(deal('1', {}, { at: '2026-11-20T11:00:00.000Z' }));
    expect(await deals()).toEqual([expect.objectContaining({ deletedAt: null })]);
  });

  it('does not bring a deal back that a page on its way had read before it was deleted', async () => {
    await save(deal('1'));
    await remove('1', '2026-11-20T11:00:00.000Z');
    await save(deal('1', { title: 'Read before' }, { at: '2026-11-20T10:30:00.000Z' }));
    expect(await deals()).toEqual([expect.objectContaining({ title: 'Read before', deletedAt: expect.any(Date) })]);
  });

  it('counts what vanished in a page as updated, once', async () => {
    await save(deal('1'));
    const gone = { object: 'deal' as const, records: [{ externalId: '1', at: '2026-11-20T11:00:00.000Z', mergedInto: null }] };
    expect(await stores.app.records.savePage({ ...pageOf(at, []), deleted: gone })).toMatchObject({ updated: 1 });
    expect(await stores.app.records.savePage({ ...pageOf(at, []), deleted: gone })).toMatchObject({ updated: 0 });
  });

  it('leaves a deal and its steps with the company that it was first seen with', async () => {
    const franchise = await stores.app.companies.create({ name: 'North', timeZone: 'UTC', parentCompanyId: at.companyId }, by);
    await save({ ...deal('1'), companyId: franchise.id });
    await save(deal('1', {}, { at: '2026-11-20T11:00:00.000Z', movements: [opened, offered] }));
    const [rows] = await stores.appDb.query(
      `SELECT DISTINCT company_id AS companyId FROM deal_stage_movements WHERE connection_id = '${at.connectionId}'`,
    );
    expect(rows).toEqual([{ companyId: franchise.id }]);
    expect((await deals())[0]!.companyId).toBe(franchise.id);
  });

  it('bounds steps by time', async () => {
    await save(deal('1', {}, { movements: [opened, offered] }));
    const within = { from: new Date(opened.at), until: new Date(offered.at) };
    const page = await stores.app.deals.movements({ connectionId: at.connectionId, ...within, limit: 100 });
    expect(page.items.map(({ to }) => to)).toEqual(['new']);
  });

  it('writes a contact, and leaves an erased one empty when the provider tells of it again', async () => {
    const contact = (name: string, time: string): CanonicalRecord => ({
      object: 'contact',
      externalId: 'c1',
      sourceUpdatedAt: time,
      fields: { name, email: 'carla@example.com', phone: '+15550007777', organisation: 'Carla’s' },
    });
    const read = async () => {
      const [rows] = await stores.appDb.query(
        `SELECT name, email, phone, organisation FROM contacts WHERE connection_id = '${at.connectionId}'`,
      );
      return rows;
    };
    await save(contact('Carla', '2026-11-20T10:00:00.000Z'));
    await save(contact('Carla Client', '2026-11-20T11:00:00.000Z'));
    expect(await read()).toEqual([
      { name: 'Carla Client', email: 'carla@example.com', phone: '+15550007777', organisation: 'Carla’s' },
    ]);
    await stores.appDb.query(
      `UPDATE contacts SET name = NULL, email = NULL, phone = NULL, organisation = NULL, erased_at = UTC_TIMESTAMP(3)
       WHERE connection_id = '${at.connectionId}'`,
    );
    await save(contact('Carla Again', '2026-11-20T12:00:00.000Z'));
    expect(await read()).toEqual([{ name: null, email: null, phone: null, organisation: null }]);
  });

  describe('stages', () => {
    const refresh = (...stages: ProviderStage[]) =>
      stores.app.pipelineStages.refresh(at.connectionId, stages, new Date('2026-11-20T10:00:00.000Z'));
    const list = () => stores.app.pipelineStages.list(at.connectionId);
    const meaningOf = ({ name, position, probability, kind }: PipelineStage) => ({ name, position, probability, kind });

    it('follow the provider, and tell which are new and which are gone', async () => {
      expect(await refresh(stage('new', 1), stage('offer', 2))).toEqual({ appeared: ['new', 'offer'], vanished: [] });
      expect(await refresh(stage('new', 1), stage('offer', 2))).toEqual({ appeared: [], vanished: [] });
      expect(await refresh(stage('new', 1, { label: 'Fresh' }), stage('won', 9, { kind: 'won', probability: 1 }))).toEqual({
        appeared: ['won'],
        vanished: ['offer'],
      });
      expect(await list()).toMatchObject([
        { externalId: 'new', label: 'Fresh', name: 'Fresh', position: 1, probability: 0.25, kind: 'open', goneAt: null },
        { externalId: 'offer', goneAt: new Date('2026-11-20T10:00:00.000Z') },
        { externalId: 'won', kind: 'won', probability: 1, mappedBy: null },
      ]);
      await refresh(stage('new', 1), stage('offer', 2), stage('won', 9, { kind: 'won' }));
      expect((await list()).map(({ goneAt }) => goneAt)).toEqual([null, null, null]);
    });

    it('keep what an admin mapped, say so in the audit log, and change what deals and steps mean at once', async () => {
      await refresh(stage('new', 1), stage('offer', 2));
      await save(deal('1', {}, { movements: [opened, offered] }));
      const mapping = { externalId: 'offer', name: 'Won by word', position: 8, probability: 1, kind: 'won' as const };
      const was = meaningOf((await list())[1]!);
      await stores.app.pipelineStages.map({ ...at, stages: [{ ...mapping, was }] }, by);
      await refresh(stage('new', 1), stage('offer', 3, { label: 'Offer sent' }));
      expect((await list())[1]).toMatchObject({ ...mapping, label: 'Offer sent', mappedBy: by.actor });
      expect((await deals())[0]!.stageMeaning).toEqual({ name: 'Won by word', kind: 'won' });
      expect((await movements('1'))[0]).toMatchObject({
        fromMeaning: { name: 'Stage new', kind: 'open' },
        toMeaning: { name: 'Won by word', kind: 'won' },
      });
      const audit = await stores.app.audit.list({ companyId: at.companyId, limit: 1 });
      expect(audit.items).toEqual([expect.objectContaining({ action: 'stages.map', outcome: 'done' })]);
    });

    it('refuse a stage that the connection does not have', async () => {
      await refresh(stage('new', 1));
      const strange = { externalId: 'newer', name: 'Newer', position: 1, probability: null, kind: 'open' as const };
      const stages = [{ ...strange, was: meaningOf((await list())[0]!) }];
      await expect(stores.app.pipelineStages.map({ ...at, stages }, by)).rejects.toThrow('no stage "newer"');
    });

    it('of many who map one at once take the word of one, and the others are told', async () => {
      await refresh(stage('new', 1));
      const was = meaningOf((await list())[0]!);
      const tries = ['A', 'B', 'C', 'D', 'E', 'F'].map((name) =>
        stores.app.pipelineStages.map({ ...at, stages: [{ externalId: 'new', ...was, name, was }] }, by),
      );
      const ends = await Promise.allSettled(tries);
      const [{ name }] = (await list()) as [PipelineStage];
      expect(ends.map(({ status }) => status).filter((status) => status === 'fulfilled')).toHaveLength(1);
      expect(ends[['A', 'B', 'C', 'D', 'E', 'F'].indexOf(name)]).toMatchObject({ status: 'fulfilled' });
      expect((await stores.app.audit.list({ companyId: at.companyId, action: 'stages.map', limit: 10 })).items).toHaveLength(1);
    });
  });
});
