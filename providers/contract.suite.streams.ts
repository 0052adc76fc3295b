import { describe, expect, it } from '@jest/globals';
import { checkMapping } from '../domain/check-mapping.ts';
import { compileMapping } from '../domain/compile-mapping.ts';
import type { Suite } from './contract.suite.ts';

export function describeStreams({ provider, fixture, context }: Suite): void {
  for (const [key, stream] of Object.entries(provider.streams)) {
    describe(`its stream ${key}`, () => {
      const now = new Date();
      const readFrom = async (cursor: string | null) => {
        const pages = [];
        for (let at = cursor, done = false; !done;) {
          const page = await stream.fetchPage(context(), { cursor: at, now, pageSize: 7 });
          pages.push(page);
          ({ cursor: at, done } = page);
          expect(pages.length).toBeLessThan(100);
        }
        return pages;
      };
      const mapping = { ...stream.mapping, version: 1 };
      const idsOf = (records: unknown[]) => records.map((record) => (record as Record<string, string>)[mapping.externalId]);

      it('pages to the end without losing or doubling a record', async () => {
        const pages = await readFrom(null);
        const ids = idsOf(pages.flatMap(({ records }) => records));
        expect(pages.length).toBeGreaterThan(2);
        expect(ids.length).toBe(fixture().records[key]);
        expect(new Set(ids).size).toBe(ids.length);
        for (const { cursor } of pages) expect(Buffer.byteLength(JSON.stringify(JSON.parse(cursor)))).toBeLessThanOrEqual(4096);
      });

      it('goes on from any page’s cursor with exactly the rest, and gives the same page again for the same cursor', async () => {
        const pages = await readFrom(null);
        for (const [index, { cursor }] of pages.slice(0, -1).entries()) {
          const rest = pages.slice(index + 1).flatMap(({ records }) => records);
          expect(idsOf((await readFrom(cursor)).flatMap(({ records }) => records))).toEqual(idsOf(rest));
        }
      });

      it('starts the next run from the last cursor and reads an overlap, not everything', async () => {
        const last = (await readFrom(null)).at(-1)!;
        const again = idsOf((await readFrom(last.cursor)).flatMap(({ records }) => records));
        expect(again.length).toBeGreaterThan(0);
        expect(again.length).toBeLessThan(fixture().records[key]!);
      });

      it('has a mapping that is sound and fits every record', async () => {
        expect(checkMapping(stream.mapping)).toEqual([]);
        const map = compileMapping(mapping, { phone: (text) => text });
        for (const { records } of await readFrom(null))
          for (const record of records)
            expect(map(record)).toEqual({ record: expect.objectContaining({ object: stream.object }) });
      });

      it('stops when it is told to', async () => {
        await fixture().control('fault', { kind: 'delay', ms: 3_000 });
        const stop = new AbortController();
        const reason = new Error('told to stop');
        setTimeout(() => stop.abort(reason), 50);
        await expect(stream.fetchPage(context(), { cursor: null, now, pageSize: 7, signal: stop.signal })).rejects.toBe(reason);
      });
    });
  }
}
