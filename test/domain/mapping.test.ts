import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkMapping } from '../../domain/check-mapping.ts';
import { compileMapping } from '../../domain/compile-mapping.ts';
import type { FieldMapping, MappingSet } from '../../domain/mapping.ts';

const applyMapping = (mapping: MappingSet, record: unknown) => compileMapping(mapping, { phone: () => undefined })(record);

const field = (target: string, source: string, transform: FieldMapping['transform'], required = false): FieldMapping => ({
  target,
  source,
  transform,
  required,
});
const message: MappingSet = {
  object: 'message',
  version: 1,
  externalId: 'sid',
  sourceUpdatedAt: 'meta.updated',
  fields: [
    field('direction', 'direction', { kind: 'enum', values: { in: 'inbound', out: 'outbound' } }, true),
    field('status', 'status', { kind: 'enum', values: { ok: 'delivered' } }, true),
    field('toAddress', 'to', { kind: 'text' }),
    field('segments', 'parts', { kind: 'integer' }),
    field('price', 'price', { kind: 'decimal', absolute: true }),
    field('sentAt', 'meta.sent', { kind: 'timestamp' }),
  ],
};
const raw = {
  sid: 'SM1',
  direction: 'out',
  status: 'ok',
  to: '+15005550006',
  parts: '2',
  price: '-0.0075',
  meta: { updated: 'Sat, 21 Nov 2026 10:00:00 +0000', sent: '2026-11-21T11:00:00+01:00' },
};
const mapped = (record: unknown, mapping = message) => {
  const result = applyMapping(mapping, record);
  return 'record' in result ? result.record : result.issues;
};

describe('compileMapping', () => {
  it('makes a canonical record, with null for what the provider does not say', () => {
    expect(mapped(raw)).toEqual({
      object: 'message',
      externalId: 'SM1',
      sourceUpdatedAt: '2026-11-21T10:00:00.000Z',
      fields: {
        direction: 'outbound',
        fromAddress: null,
        toAddress: '+15005550006',
        body: null,
        status: 'delivered',
        segments: 2,
        errorCode: null,
        price: '0.0075',
        currency: null,
        sentAt: '2026-11-21T10:00:00.000Z',
      },
    });
  });

  it('takes null and empty text as absent where a field is not required', () => {
    expect(mapped({ ...raw, to: null, parts: '' })).toMatchObject({ fields: { toAddress: null, segments: null } });
  });

  it('names every field that does not fit, at once', () => {
    expect(mapped({ ...raw, sid: '', direction: null, status: 'lost', parts: 'two', meta: {} })).toEqual([
      { path: 'direction', message: 'is empty, and direction needs it' },
      { path: 'status', message: 'is not a valid enum for status' },
      { path: 'parts', message: 'is not a valid integer for segments' },
      { path: 'sid', message: 'is empty, and the record needs an id' },
      { path: 'meta.updated', message: 'is not a valid timestamp' },
    ]);
  });

  it.each([null, undefined, 42, 'text', true, [], [1, 2]])('answers issues, and never throws, for %p', (record) => {
    expect(applyMapping(message, record)).toHaveProperty('issues');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('does not take the inherited %s for a value', (name) => {
    const mapping = { ...message, fields: [...message.fields, field('body', name, { kind: 'text' }, true)] };
    expect(mapped(raw, mapping)).toEqual([{ path: name, message: 'is empty, and body needs it' }]);
    expect(mapped({ ...raw, status: name })).toEqual([{ path: 'status', message: 'is not a valid enum for status' }]);
  });

  it.each([
    ['integer', 'parts', [true, [5], {}, '1.5', '1e3', ' ', '9'.repeat(16), Number.NaN]],
    ['decimal', 'price', [['1.5'], {}, 'free', '1,5', '1.123456789', '9'.repeat(19), Infinity]],
    ['timestamp', 'meta', ['yesterday', 1_700_000_000, {}]],
  ])('refuses what is no %s', (_kind, path, values) => {
    const sources: Record<string, string> = { meta: 'sentAt', parts: 'segments', price: 'price' };
    const fields = message.fields.filter(({ target }) => target !== sources[path]);
    const given = message.fields.find(({ target }) => target === sources[path])!;
    const mapping = { ...message, sourceUpdatedAt: 'at', fields: [...fields, { ...given, source: path }] };
    for (const value of values)
      expect(mapped({ ...raw, at: '2026-11-21T00:00:00Z', [path]: value }, mapping)).toEqual([
        { path, message: expect.stringContaining('is not a valid') },
      ]);
  });

  it.each(['2026-02-30', '2026-13-01', '2026-1-1', '20260101', 20_260_101, '2026-11-21T00:00:00Z'])(
    'refuses %p as a day, because a database would',
    (day) => {
      const usage: MappingSet = {
        object: 'usage',
        version: 1,
        externalId: 'id',
        sourceUpdatedAt: 'at',
        fields: [field('day', 'day', { kind: 'day' }, true)],
      };
      const record = { id: 'u', at: '2026-11-21T00:00:00Z' };
      expect(mapped({ ...record, day }, usage)).toEqual([{ path: 'day', message: 'is not a valid day for day' }]);
      expect(mapped({ ...record, day: '2024-02-29' }, usage)).toMatchObject({ fields: { day: '2024-02-29' } });
    },
  );

  it.each([
    ['to', '4'.repeat(65), 'is longer than 64 characters'],
    ['sid', 'S'.repeat(256), 'is longer than 255 characters'],
    ['parts', '65536', 'is not between 0 and 65,535'],
    ['parts', '-1', 'is not between 0 and 65,535'],
    ['price', '1234567890123.5', 'has more than 12 digits before the point'],
  ])('refuses %s when it is larger than its column', (path, value, text) => {
    expect(mapped({ ...raw, [path]: value })).toEqual([{ path, message: text }]);
  });

  it.each(['0099-01-01T00:00:00Z', '+012026-11-21T00:00:00Z'])('refuses the year of %p, because a database would', (updated) => {
    expect(mapped({ ...raw, meta: { updated } })).toEqual([
      { path: 'meta.updated', message: 'is not a year between 1000 and 9999' },
    ]);
  });

  it('never repeats a value in an issue: it may be a phone number', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), (text) => {
        const secret = `+4915${text}`;
        const result = applyMapping(message, { sid: 4, direction: secret, status: secret, parts: secret, price: secret });
        expect(JSON.stringify(result)).not.toContain(JSON.stringify(secret).slice(1, -1));
      }),
    );
  });
});

describe('checkMapping', () => {
  const check = (fields: FieldMapping[]) =>
    checkMapping({ ...message, fields }).map(({ path, message: text }) => `${path}: ${text}`);

  it('finds nothing wrong with a sound mapping', () => {
    expect(check(message.fields)).toEqual([]);
  });

  it('names a target that does not exist, an inherited name too', () => {
    for (const name of ['colour', 'constructor', '__proto__', 'toString'])
      expect(check([...message.fields, field(name, 'x', { kind: 'text' })])).toEqual([
        `fields.6.target: ${name} is not a field of message`,
      ]);
  });

  it('names a transform of the wrong kind', () => {
    expect(check([...message.fields, field('body', 'x', { kind: 'integer' })])).toEqual([
      'fields.6.transform: body takes text, not integer',
    ]);
  });

  it('names a status that we do not know', () => {
    const fields = message.fields.map((entry) =>
      entry.target === 'status' ? field('status', 's', { kind: 'enum', values: { ok: 'arrived' } }, true) : entry,
    );
    expect(check(fields)).toEqual(['fields.1.transform.values: arrived is not a status']);
  });

  it('names a required field that is optional, mapped twice, or missing', () => {
    const direction = message.fields[0]!;
    const optional = { ...message.fields[1]!, required: false };
    expect(check([direction, direction, optional])).toEqual([
      'fields.1.target: direction is mapped twice',
      'fields.2.required: status is required',
    ]);
    expect(check([direction])).toEqual(['fields: status is required and has no source']);
  });

  it('names a default, a zone and a currency that are none', () => {
    const fields = message.fields.filter(({ target }) => !['price', 'segments', 'sentAt'].includes(target));
    const money = (currency: { source?: string; fixed?: string }) => field('price', 'p', { kind: 'money', currency });
    expect(
      check([
        ...fields,
        { ...field('segments', 'x', { kind: 'integer' }), default: 'two' },
        field('sentAt', 'x', { kind: 'timestamp', zone: 'Europe/Atlantis' }),
        money({}),
      ]),
    ).toEqual([
      'fields.3.default: is not a valid integer for segments',
      'fields.4.transform.zone: Europe/Atlantis is not a time zone: give an IANA name, such as Europe/Berlin',
      'fields.5.transform.currency: needs a source, or a fixed code, or both',
    ]);
    expect(check([...fields, money({ fixed: 'eur' }), field('currency', 'c', { kind: 'text' })])).toEqual([
      'fields.3.transform.currency.fixed: is not the code of a currency, such as EUR',
      'fields.4.target: currency is mapped twice',
    ]);
    expect(
      check([...fields, money({ fixed: 'EUR' }), field('segments', 's', { kind: 'money', currency: { fixed: 'EUR' } })]),
    ).toEqual(['fields.4.transform: segments takes integer, not money', 'fields.4.target: currency is mapped twice']);
  });

  it('takes words of an enum where a text may stand, and a default among its values only', () => {
    const others = message.fields.filter(({ target }) => target !== 'status');
    const status = (otherwise: string) =>
      field('status', 's', { kind: 'enum', values: { ok: 'sent' }, default: otherwise }, true);
    expect(check([...others, status('failed'), field('body', 'b', { kind: 'enum', values: { a: 'anything' } })])).toEqual([]);
    expect(check([...others, status('lost')])).toEqual(['fields.5.transform.values: lost is not a status']);
  });
});
