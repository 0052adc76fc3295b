import { describe, expect, it } from '@jest/globals';
import type { FieldMapping, MappingSet, Transform } from '../../domain/mapping.ts';
import {
  applyOutMapping,
  checkOutMapping,
  isSameValue,
  usualOutMapping,
  type FieldValues,
  type Writable,
} from '../../domain/out-mapping.ts';

const writable: Writable = {
  dealname: { kind: 'text', path: 'properties.dealname', clearable: false },
  dealstage: { kind: 'text', path: 'properties.dealstage', clearable: false },
  amount: { kind: 'decimal', path: 'properties.amount', clearable: true },
  closedate: { kind: 'day', path: 'derived.closeOn', clearable: true },
};
const field = (source: string, target: string, transform: Transform, more: Partial<FieldMapping> = {}): FieldMapping => ({
  source,
  target,
  transform,
  required: false,
  ...more,
});
const mapping = (...fields: FieldMapping[]): Omit<MappingSet, 'version'> => ({
  object: 'deal',
  direction: 'out',
  externalId: 'id',
  sourceUpdatedAt: 'at',
  fields,
});
const text: Transform = { kind: 'text' };

describe('a mapping that writes', () => {
  const faults: [string, FieldMapping, { path: string; message: string }][] = [
    [
      'a field that cannot be written',
      field('title', 'createdate', text),
      {
        path: 'fields.0.target',
        message: 'createdate cannot be written: these can be, dealname, dealstage, amount, closedate',
      },
    ],
    [
      'an unknown field of ours',
      field('price', 'dealname', text),
      { path: 'fields.0.source', message: 'price is not a field of deal' },
    ],
    [
      'an expression',
      { ...field('', 'dealname', text), source: { expression: 'title' } },
      { path: 'fields.0.source', message: 'must be one field of deal' },
    ],
    [
      'a kind of ours that the transform does not write',
      field('expectedCloseOn', 'dealname', text),
      { path: 'fields.0.transform', message: 'expectedCloseOn is day, not text' },
    ],
    [
      'a kind of theirs that the transform does not give',
      field('title', 'amount', text),
      { path: 'fields.0.transform', message: 'amount takes decimal, not text' },
    ],
    [
      'a transform that only reads',
      field('title', 'dealname', { kind: 'phone' }),
      { path: 'fields.0.transform', message: 'phone only reads: nothing can be written by it' },
    ],
    [
      'an option that only reads',
      field('expectedCloseOn', 'closedate', { kind: 'day', zone: 'Europe/Berlin' }),
      { path: 'fields.0.transform', message: 'thousands, absolute and zone only read: leave them out' },
    ],
    [
      'a default of another kind',
      field('amount', 'amount', { kind: 'decimal' }, { default: 'none' }),
      { path: 'fields.0.default', message: 'is not a valid decimal for amount' },
    ],
  ];
  it.each(faults)('is refused for %s', (_name, one, issue) => {
    expect(checkOutMapping(mapping(one), writable)).toEqual([issue]);
  });

  it('is refused where it writes a field twice, nothing at all, or at a provider that takes nothing', () => {
    const twice = mapping(field('title', 'dealname', text), field('currency', 'dealname', text));
    expect(checkOutMapping(twice, writable)).toEqual([{ path: 'fields.1.target', message: 'dealname is mapped twice' }]);
    expect(checkOutMapping(mapping(), writable)).toEqual([{ path: 'fields', message: 'has nothing to write' }]);
    expect(checkOutMapping(mapping(), null)).toEqual([{ path: 'object', message: 'deal cannot be written at this provider.' }]);
  });

  const written: [string, FieldMapping, FieldValues, object][] = [
    ['a text, trimmed', field('title', 'dealname', { kind: 'text', trim: true }), { title: ' Roof ' }, { dealname: 'Roof' }],
    ['a text in capitals', field('title', 'dealname', { kind: 'text', case: 'upper' }), { title: 'Roof' }, { dealname: 'ROOF' }],
    [
      'a word in theirs',
      field('stage', 'dealstage', { kind: 'enum', values: { won: 'closedwon' } }),
      { stage: 'won' },
      { dealstage: 'closedwon' },
    ],
    [
      'any other word by the default of the transform',
      field('stage', 'dealstage', { kind: 'enum', values: {}, default: 'new' }),
      { stage: 'odd' },
      { dealstage: 'new' },
    ],
    ['a decimal', field('amount', 'amount', { kind: 'decimal' }), { amount: '1200.50' }, { amount: '1200.50' }],
    [
      'a decimal with a comma',
      field('amount', 'amount', { kind: 'decimal', decimalComma: true }),
      { amount: '1.5' },
      { amount: '1,5' },
    ],
    [
      'a day',
      field('expectedCloseOn', 'closedate', { kind: 'day' }),
      { expectedCloseOn: '2027-03-01' },
      { closedate: '2027-03-01' },
    ],
    ['nothing, where it may be cleared', field('amount', 'amount', { kind: 'decimal' }), { amount: null }, { amount: null }],
    [
      'a default in place of nothing',
      field('amount', 'amount', { kind: 'decimal' }, { default: '0' }),
      { amount: null },
      { amount: '0' },
    ],
  ];
  it.each(written)('writes %s', (_name, one, fields, values) => {
    expect(applyOutMapping(mapping(one), writable, fields)).toEqual({ values });
  });

  it('writes no field that is not named, and names each that it cannot write, without its value', () => {
    const two = mapping(field('title', 'dealname', text), field('stage', 'dealstage', { kind: 'enum', values: {} }));
    expect(applyOutMapping(two, writable, { title: 'Roof' })).toEqual({ values: { dealname: 'Roof' } });
    expect(applyOutMapping(two, writable, { title: null, stage: 'secret', amount: '1' })).toEqual({
      issues: [
        { path: 'title', message: 'cannot be made empty: dealname needs a value' },
        { path: 'stage', message: 'has no dealstage at the provider for this value: see the mapping' },
        { path: 'amount', message: 'cannot be written: the mapping gives it no field of the provider' },
      ],
    });
  });

  it('turns the words of the mapping that reads round, unless two of theirs mean one of ours', () => {
    const declared = mapping(field('stage', 'dealstage', text));
    const reading = (values: Record<string, string>) => ({
      fields: [{ ...field('properties.dealstage', 'stage', { kind: 'enum', values }) }],
    });
    expect(usualOutMapping(declared, reading({ closedwon: 'won', qualified: 'offer' })).fields[0]!.transform).toEqual({
      kind: 'enum',
      values: { won: 'closedwon', offer: 'qualified' },
    });
    expect(usualOutMapping(declared, reading({ a: 'won', b: 'won' }))).toEqual(declared);
    expect(usualOutMapping(declared, null)).toEqual(declared);
  });
});

describe('two values', () => {
  it.each([
    ['decimal', '1200.50', '1200.5'],
    ['decimal', 1200.5, '1200.50'],
    ['decimal', '0', '0.00'],
    ['day', '2027-03-01T00:00:00.000Z', '2027-03-01'],
    ['timestamp', '2027-03-01T01:00:00+01:00', '2027-03-01T00:00:00Z'],
    ['text', 77, '77'],
    ['text', '', null],
  ] as const)('are the same as %s: %j and %j', (kind, a, b) => {
    expect(isSameValue(kind, a, b)).toBe(true);
  });
  it.each([
    ['decimal', '1200.5', '1200.05'],
    ['decimal', '-1', '1'],
    ['decimal', null, '0'],
    ['text', 'won', 'lost'],
  ] as const)('differ as %s: %j and %j', (kind, a, b) => {
    expect(isSameValue(kind, a, b)).toBe(false);
  });
});
