/** What holds for streams whose records change and vanish, and can be asked for by their ids. */
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compileMapping } from '../domain/compile-mapping.ts';
import { externalIdOf } from '../domain/mapping.ts';
import { valueAt } from '../domain/raw-value.ts';
import { stageKinds } from '../domain/records.ts';
import type { Page, Records, Stream } from './contract.ts';
import type { Suite } from './contract.suite.ts';

/** More changes than this have no end in sight. */
const pagesMax = 200;

export function describeRecords(suite: Suite): void {
  if (suite.provider.owners) describeOwners(suite);
  for (const [key, stream] of Object.entries(suite.provider.streams)) {
    if (stream.fetchByIds)
      describe(`the records of ${key}`, () => {
        describeChanges(suite, key, stream);
        describeByIds(suite, key, stream);
        if (stream.movements) describeMovements(suite, stream);
      });
  }
}

/** By id, when each version was made; what is deleted is not there. */
function apply(stream: Stream, known: Map<string, string>, { records, deleted = [] }: Records): void {
  for (const record of records) {
    const at = timeOf(valueAt(record, stream.mapping.sourceUpdatedAt));
    const id = externalIdOf(stream.mapping, record)!;
    if (at >= (known.get(id) ?? '')) known.set(id, at);
  }
  for (const { externalId, at } of deleted) if (timeOf(at) >= (known.get(externalId) ?? '')) known.delete(externalId);
}

const timeOf = (value: unknown) => new Date(value as string).toISOString();

function describeChanges({ fixture, context }: Suite, key: string, stream: Stream): void {
  it('are neither missed nor told in an older version when they change between two pages or at the cursor’s own time', async () => {
    const changing = fixture().changing![key]!;
    const known = new Map<string, string>();
    let now = Date.now();
    const run = async (from: string | null, between: () => Promise<unknown>) => {
      // A day later each time, because some providers look for what was deleted only now and then.
      now += 86_400_000;
      let page: Page | undefined;
      for (let pages = 0; !page?.done; pages += 1) {
        expect(pages).toBeLessThan(pagesMax);
        page = await stream.fetchPage(context(), { cursor: page?.cursor ?? from, now: new Date(now), pageSize: 7 });
        apply(stream, known, page);
        if (pages < 30) await between();
      }
      return page.cursor;
    };
    const before = await changing.truth();
    let cursor = await run(null, changing.change);
    const after = await changing.truth();
    for (const [id, at] of Object.entries(before))
      if (Object.hasOwn(after, id)) expect(timeOf(known.get(id)) >= timeOf(at)).toBe(true);
    for (const between of [changing.change, async () => {}]) cursor = await run(cursor, between);
    const truth = Object.entries(await changing.truth()).map(([id, at]) => [id, timeOf(at)] as const);
    expect(Object.fromEntries(known)).toEqual(Object.fromEntries(truth));
  });
}

function describeByIds({ fixture, context }: Suite, key: string, stream: Stream): void {
  const fetchByIds = (externalIds: string[]) => stream.fetchByIds!(context(), { externalIds, now: new Date() });
  const idsOf = (records: unknown[]) => records.map((record) => externalIdOf(stream.mapping, record)!);

  it('are the same when they are asked for by their ids', async () => {
    const { records } = await stream.fetchPage(context(), { cursor: null, now: new Date(), pageSize: 7 });
    const inOrder = (list: unknown[]) => list.toSorted((a, b) => (idsOf([a])[0]! < idsOf([b])[0]! ? -1 : 1));
    expect(records.length).toBeGreaterThan(0);
    expect(inOrder((await fetchByIds(idsOf(records))).records)).toEqual(inOrder(records));
  });

  it('are told as deleted when they are asked for and gone, and do not keep back the others', async () => {
    const unknownId = fixture().unknownIds![key]!;
    const { records } = await stream.fetchPage(context(), { cursor: null, now: new Date(), pageSize: 7 });
    const [id] = idsOf(records);
    const asked = await fetchByIds([unknownId, id!]);
    expect(idsOf(asked.records)).toEqual([id]);
    expect(asked.deleted).toEqual([{ externalId: unknownId, at: expect.any(String), mergedInto: null }]);
    expect(await fetchByIds([])).toMatchObject({ records: [] });
  });
}

function describeMovements({ provider, context }: Suite, stream: Stream): void {
  const read = async () => (await stream.fetchPage(context(), { cursor: null, now: new Date(), pageSize: 50 })).records;
  const map = compileMapping({ ...stream.mapping, version: 1 }, { phone: (text) => text });

  it('tell their movements oldest first, each from where the one before led, and the last to where they stand', async () => {
    const told = (await read()).map((record) => ({ record, movements: stream.movements!(record) }));
    expect(told.some(({ movements }) => movements.length > 1)).toBe(true);
    for (const { record, movements } of told) {
      movements.forEach(({ from, to, at }, place) => {
        expect(to).not.toBe(from);
        expect(timeOf(at)).toBe(at);
        if (place === 0) return;
        expect(from).toBe(movements[place - 1]!.to);
        expect(at >= movements[place - 1]!.at).toBe(true);
      });
      const mapped = map(record);
      if (movements.length > 0) expect(mapped).toMatchObject({ record: { fields: { stage: movements.at(-1)!.to } } });
      expect(stream.movements!(structuredClone(record))).toEqual(movements);
    }
  });

  it('tell no movement rather than throw, whatever the record is', () => {
    fc.assert(fc.property(fc.anything(), (raw) => Array.isArray(stream.movements!(raw))));
  });

  it('stand in stages that the provider names, each once, with what it means', async () => {
    const stages = await provider.stages!(context());
    const ids = stages.map(({ externalId }) => externalId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { kind, probability } of stages) {
      expect(stageKinds).toContain(kind);
      if (probability !== null) expect(probability >= 0 && probability <= 1).toBe(true);
    }
    expect(new Set(stages.map(({ kind }) => kind))).toEqual(new Set(stageKinds));
    for (const record of await read()) for (const { to } of stream.movements!(record)) expect(ids).toContain(to);
  });
}

function describeOwners({ provider, fixture, context }: Suite): void {
  describe('the owners of records', () => {
    const read = () => provider.owners!(context());
    const find = async (id: string) => (await read()).find(({ externalId }) => externalId === id);

    it('are told each once, by name and never by address, and are whom deals name', async () => {
      const owners = await read();
      const ids = owners.map(({ externalId }) => externalId);
      expect(new Set(ids).size).toBe(ids.length);
      expect(JSON.stringify(owners)).not.toContain('@');
      for (const stream of Object.values(provider.streams).filter(({ movements }) => movements)) {
        const map = compileMapping({ ...stream.mapping, version: 1 }, { phone: (text) => text });
        const { records } = await stream.fetchPage(context(), { cursor: null, now: new Date(), pageSize: 50 });
        const named = records.map((record) => map(record)).flatMap((made) => ('record' in made ? made.record.fields : []));
        for (const fields of named) expect(ids).toContain((fields as { ownerExternalId: string }).ownerExternalId);
      }
    });

    it('are still told, as no longer at work, when they have left', async () => {
      const { externalId, join, leave } = fixture().owner!;
      expect(await find(externalId)).toBeUndefined();
      await join();
      const joined = await find(externalId);
      expect(joined).toEqual({ externalId, name: expect.any(String), isActive: true });
      await leave();
      expect(await find(externalId)).toEqual({ ...joined, isActive: false });
    });
  });
}
