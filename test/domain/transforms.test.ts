import { describe, expect, it } from '@jest/globals';
import { compileMapping } from '../../domain/compile-mapping.ts';
import type { FieldMapping, MappingSet, Transform } from '../../domain/mapping.ts';
import { compileTransform } from '../../domain/transforms.ts';

const tools = { phone: (text: string, country?: string) => (text === 'no' ? undefined : `${country ?? '-'}:${text}`) };
const convert = (transform: Transform, value: unknown) => compileTransform(transform, tools)(value);

describe('a transform', () => {
  it.each<[Transform, unknown, string | number | undefined]>([
    [{ kind: 'text' }, ' As it is ', ' As it is '],
    [{ kind: 'text', trim: true, case: 'lower' }, ' Ä Name ', 'ä name'],
    [{ kind: 'text', case: 'upper' }, 'eur', 'EUR'],
    [{ kind: 'text' }, 42, '42'],
    [{ kind: 'text' }, ['a'], undefined],
    [{ kind: 'enum', values: { '7': 'won' } }, 7, 'won'],
    [{ kind: 'enum', values: { true: 'won' } }, true, 'won'],
    [{ kind: 'enum', values: { a: 'b' } }, 'c', undefined],
    [{ kind: 'enum', values: { a: 'b' }, default: 'd' }, 'c', 'd'],
    [{ kind: 'enum', values: { a: 'b' } }, 'constructor', undefined],
    [{ kind: 'phone', country: 'DE' }, ' 030 901820 ', 'DE:030 901820'],
    [{ kind: 'phone' }, 'no', undefined],
  ])('%j makes of %j %j', (transform, value, expected) => expect(convert(transform, value)).toBe(expected));

  it.each<[Omit<Extract<Transform, { kind: 'decimal' }>, 'kind'>, unknown, string | undefined]>([
    [{}, '1234.50', '1234.50'],
    [{}, 1234.5, '1234.5'],
    [{}, '1,5', undefined],
    [{}, '1,234', undefined],
    [{ thousands: true }, '1,234,567.5', '1234567.5'],
    [{ thousands: true }, '1 234', '1234'],
    [{ thousands: true }, '12,34', undefined],
    [{ decimalComma: true }, '1,5', '1.5'],
    [{ decimalComma: true }, 1.5, '1.5'],
    [{ decimalComma: true }, '1.5', undefined],
    [{ decimalComma: true, thousands: true }, '-1.234.567,50', '-1234567.50'],
    [{ decimalComma: true, thousands: true }, "1'234,50", '1234.50'],
    [{ decimalComma: true, thousands: true, absolute: true }, '-1.234', '1234'],
  ])('reads a number as %j says: %j is %j', (format, value, expected) => {
    expect(convert({ kind: 'decimal', ...format }, value)).toBe(expected);
  });

  it.each([
    ['€ 1.234,50', '1234.50'],
    ['-€5,00', '-5.00'],
    ['1.234,50 EUR', '1234.50'],
    ['USD 3', '3'],
    ['EUR', undefined],
    ['12 apples', undefined],
  ])('finds the amount in %j', (text, expected) => {
    const currency = { fixed: 'EUR' };
    expect(convert({ kind: 'money', currency, decimalComma: true, thousands: true }, text)).toBe(expected);
  });

  it.each<[Omit<Extract<Transform, { kind: 'timestamp' }>, 'kind'>, unknown, string | undefined]>([
    [{ zone: 'Europe/Berlin' }, '2026-07-01T12:00', '2026-07-01T10:00:00.000Z'],
    [{ zone: 'Europe/Berlin' }, '2026-12-01 12:00:30.25', '2026-12-01T11:00:30.250Z'],
    [{ zone: 'Europe/Berlin' }, '2026-12-01', '2026-11-30T23:00:00.000Z'],
    [{ zone: 'Europe/Berlin' }, '2026-12-01T12:00:00+05:00', '2026-12-01T07:00:00.000Z'],
    [{ zone: 'Europe/Berlin' }, '2026-12-01T12:00:00Z', '2026-12-01T12:00:00.000Z'],
    [{ zone: 'America/New_York' }, '2026-11-01T01:30', '2026-11-01T05:30:00.000Z'],
    [{ zone: 'Europe/Berlin' }, '2026-02-30T12:00', undefined],
    [{ zone: 'Europe/Berlin' }, 'Sat, 21 Nov 2026 10:00:00', undefined],
    [{ epoch: 's' }, 1_700_000_000, '2023-11-14T22:13:20.000Z'],
    [{ epoch: 'ms' }, '1700000000500', '2023-11-14T22:13:20.500Z'],
    [{ epoch: 'ms' }, '2026-12-01T12:00:00Z', '2026-12-01T12:00:00.000Z'],
    [{ epoch: 's' }, 1e15, undefined],
    [{}, 1_700_000_000, undefined],
  ])('reads a moment as %j says: %j is %j', (format, value, expected) => {
    expect(convert({ kind: 'timestamp', ...format }, value)).toBe(expected);
  });

  it('reads an hour that the clock skipped as the hour after the change', () => {
    expect(convert({ kind: 'timestamp', zone: 'Europe/Berlin' }, '2026-03-29T02:30')).toBe('2026-03-29T01:30:00.000Z');
  });

  it.each([
    ['2026-11-21T23:30:00Z', '2026-11-22'],
    ['2026-11-21', '2026-11-21'],
    ['2026-02-30', undefined],
    [1_700_000_000_000, '2023-11-15'],
  ])('finds the day on which %j lies in a zone', (value, expected) => {
    expect(convert({ kind: 'day', zone: 'Asia/Tokyo', epoch: 'ms' }, value)).toBe(expected);
  });
});

describe('a field', () => {
  const map = (raw: object, ...fields: Partial<FieldMapping>[]) => {
    const text: FieldMapping = { target: 'title', source: 'name', transform: { kind: 'text', trim: true }, required: true };
    const stage: FieldMapping = { target: 'stage', source: 'stage', transform: { kind: 'text' }, required: true };
    const deal: MappingSet = {
      object: 'deal',
      version: 1,
      externalId: 'id',
      sourceUpdatedAt: 'at',
      fields: [text, stage, ...fields.map((field) => ({ ...text, required: false, ...field }))],
    };
    const result = compileMapping(deal, tools)({ id: 7, at: '2026-11-21T00:00:00Z', name: 'A', stage: 's', ...raw });
    return 'record' in result ? result.record : result.issues;
  };
  const amount: Partial<FieldMapping> = {
    target: 'amount',
    source: 'sum',
    transform: { kind: 'money', currency: { source: 'code', fixed: 'EUR' } },
  };

  it('is several paths in a row, without those that are empty', () => {
    const source = { paths: ['first', 'middle', 'last.name'], separator: ' ' };
    const joined: Partial<FieldMapping> = { target: 'ownerExternalId', source };
    expect(map({ first: 'Ada', middle: '', last: { name: 'King' } }, joined)).toMatchObject({
      fields: { ownerExternalId: 'Ada King' },
    });
    expect(map({}, { ...joined, required: true })).toEqual([
      { path: 'first + middle + last.name', message: 'is empty, and ownerExternalId needs it' },
    ]);
  });

  it('takes its default where the source is empty, spaces that are trimmed away included', () => {
    const owner: Partial<FieldMapping> = { target: 'ownerExternalId', source: 'owner', default: 'nobody' };
    for (const given of [undefined, null, '', '  '])
      expect(map({ owner: given }, owner)).toMatchObject({ fields: { ownerExternalId: 'nobody' } });
    expect(map({ owner: 'o1' }, owner)).toMatchObject({ fields: { ownerExternalId: 'o1' } });
    expect(map({ name: '  ' })).toEqual([{ path: 'name', message: 'is empty, and title needs it' }]);
  });

  it('of money fills the currency too, and leaves both empty without an amount', () => {
    expect(map({ sum: '12.50', code: 'usd' }, amount)).toMatchObject({ fields: { amount: '12.50', currency: 'USD' } });
    expect(map({ sum: 12 }, amount)).toMatchObject({ fields: { amount: '12', currency: 'EUR' } });
    expect(map({ code: 'USD' }, amount)).toMatchObject({ fields: { amount: null, currency: null } });
  });

  it('of money needs a currency that is one', () => {
    const strict = { ...amount, transform: { kind: 'money', currency: { source: 'code' } } } as Partial<FieldMapping>;
    expect(map({ sum: 1 }, strict)).toEqual([{ path: 'code', message: 'is empty, and an amount needs its currency' }]);
    expect(map({ sum: 1, code: 'euros' }, amount)).toEqual([{ path: 'code', message: 'is not the code of a currency' }]);
  });
});
