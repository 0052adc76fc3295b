/** What holds for records that can be written. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { compileMapping } from '../domain/compile-mapping.ts';
import { canonicalFields } from '../domain/mapping.ts';
import {
  applyOutMapping,
  checkOutMapping,
  isSameValue,
  usualOutMapping,
  type FieldValues,
  type WrittenValues,
} from '../domain/out-mapping.ts';
import { valueAt } from '../domain/raw-value.ts';
import type { Stream, Writes } from './contract.ts';
import type { Suite } from './contract.suite.ts';

export function describeWrites(suite: Suite): void {
  for (const [key, stream] of Object.entries(suite.provider.streams))
    if (stream.writes) describe(`writing ${key}`, () => describeStream(suite, { key, stream, writes: stream.writes! }));
}

interface Written {
  key: string;
  stream: Stream;
  writes: Writes;
}

function describeStream({ fixture, context, failureOf }: Suite, { key, stream, writes }: Written): void {
  const scene = () => fixture().writes![key]!;
  let written = '';
  beforeAll(async () => {
    written = await scene().create();
  });
  const mapping = usualOutMapping(writes.mapping, stream.mapping);
  const toRecord = compileMapping({ ...stream.mapping, version: 1 }, { phone: (text) => text });

  const read = async () => {
    const { records } = await stream.fetchByIds!(context(), { externalIds: [written], now: new Date() });
    const mapped = toRecord(records[0]);
    if (!('record' in mapped)) throw new Error(JSON.stringify(mapped));
    const { fields } = mapped.record;
    return { raw: records[0], fields: fields as unknown as FieldValues, movements: stream.movements?.(records[0]) ?? [] };
  };
  const theirs = (fields: FieldValues): WrittenValues => {
    const made = applyOutMapping(mapping, writes.fields, fields);
    if (!('values' in made)) throw new Error(JSON.stringify(made));
    return made.values;
  };
  const write = (fields: FieldValues, externalId = written) => writes.write(context(700), { externalId, values: theirs(fields) });
  const standsThere = (raw: unknown, fields: FieldValues) =>
    Object.entries(theirs(fields)).filter(([name, value]) => {
      const { kind, path } = writes.fields[name]!;
      return !isSameValue(kind, valueAt(raw, path), value);
    });

  it('is declared field by field, and its own mapping is sound', () => {
    expect(checkOutMapping(mapping, writes.fields)).toEqual([]);
    expect(stream.fetchByIds).toBeDefined();
    for (const { source } of mapping.fields) expect(Object.keys(canonicalFields[stream.object])).toContain(source);
  });

  it('sets what is named and leaves the rest, and a version that is read afterwards is not older', async () => {
    const before = await read();
    const { values } = scene();
    const [first] = Object.entries(values);
    await write(Object.fromEntries([first!]));
    const after = await read();
    expect(after.fields).toEqual({ ...before.fields, [first![0]]: first![1] });
    const timeOf = (raw: unknown) => Date.parse(valueAt(raw, stream.mapping.sourceUpdatedAt) as string);
    expect(timeOf(after.raw)).toBeGreaterThanOrEqual(timeOf(before.raw));
  });

  it('is read back as it was written, leaves one step where it moves, and changes nothing when it is written again', async () => {
    const { values } = scene();
    const before = await read();
    expect(standsThere(before.raw, values)).not.toEqual([]);
    await write(values);
    const once = await read();
    expect(standsThere(once.raw, values)).toEqual([]);
    if (stream.movements) {
      expect(once.movements).toHaveLength(before.movements.length + 1);
      expect(once.movements.at(-1)).toMatchObject({ from: before.fields['stage'], to: values['stage'] });
    }
    await write(values);
    const again = await read();
    expect(again.fields).toEqual(once.fields);
    expect(again.movements).toEqual(once.movements);
  });

  it('refuses a value that the vendor does not take, with nothing of the request done', async () => {
    const before = await read();
    const { refused } = scene();
    expect(await failureOf(() => write({ title: 'Never written', ...refused }))).toMatchObject({
      code: 'record_rejected',
      effect: 'none',
    });
    expect((await read()).fields).toEqual(before.fields);
  });

  it('refuses a record that the vendor never had', async () => {
    const { title } = (await read()).fields;
    expect(await failureOf(() => write({ title: title! }, fixture().unknownIds![key]))).toMatchObject({
      code: 'record_rejected',
      effect: 'none',
    });
  });

  it.each(['timeout_after_effect', 'reset_after_effect', 'status502_after_effect'])(
    'says after %s that it may have happened, and a look tells that it did',
    async (kind) => {
      const title = `Written in spite of ${kind}`;
      await fixture().control('fault', { kind, match: { method: 'PATCH' }, times: 1 });
      expect(await failureOf(() => write({ title }))).toMatchObject({ code: 'provider_unavailable', effect: 'unknown' });
      expect(standsThere((await read()).raw, { title })).toEqual([]);
    },
  );
}
