import { describe, expect, it } from '@jest/globals';
import type { MappingResult } from '../../domain/mapping.ts';
import { comparePreview, inOneForm, maskOutcome, type Sample } from '../../domain/mapping-preview.ts';

const contact = (name: string | null, phone: string | null = null): MappingResult => ({
  record: {
    object: 'contact',
    externalId: 'C1',
    sourceUpdatedAt: '2026-11-21T00:00:00.000Z',
    fields: { name, email: null, phone, organisation: null },
  },
});
const rejected = (path: string): MappingResult => ({ issues: [{ path, message: 'is not a valid phone for phone' }] });
const sample = (eventId: string, before: MappingResult | null, after: MappingResult): Sample => ({
  eventId,
  externalId: `C${eventId}`,
  before,
  after,
});

describe('A preview', () => {
  const preview = comparePreview('contact', [
    sample('1', contact('Ada', 'x'), contact('Ada', '+4930901820')),
    sample('2', contact('Bob'), contact('Bob')),
    sample('3', contact('Cleo', 'y'), rejected('tel')),
    sample('4', rejected('phone'), rejected('tel')),
  ]);

  it('names the fields that the draft changes, record by record', () => {
    expect(preview.records.map(({ changed }) => changed)).toEqual([['phone'], [], ['name', 'phone'], []]);
    expect(preview.records[2]).toMatchObject({
      externalId: 'C3',
      before: { fields: { name: 'Cleo' } },
      after: { issues: [{ path: 'tel' }] },
    });
  });

  it('counts how many records have each field, before and after', () => {
    expect(preview.coverage).toEqual([
      { field: 'name', before: 3, after: 2 },
      { field: 'email', before: 0, after: 0 },
      { field: 'phone', before: 2, after: 1 },
      { field: 'organisation', before: 0, after: 0 },
    ]);
  });

  it('counts what the draft cannot map, by field', () => {
    expect(preview.errors).toEqual([{ path: 'tel', message: 'is not a valid phone for phone', records: 2 }]);
  });

  it('has no before while nothing is published', () => {
    const first = comparePreview('contact', [sample('1', null, contact('Ada'))]);
    expect(first.records[0]).toMatchObject({ before: null, changed: ['name'] });
    expect(first.coverage[0]).toEqual({ field: 'name', before: null, after: 1 });
  });

  it('masked still tells which fields have a value', () => {
    expect(maskOutcome({ fields: { name: 'Ada', phone: null } })).toEqual({ fields: { name: '•••', phone: null } });
    expect(maskOutcome({ issues: [{ path: 'a', message: 'b' }] })).toEqual({ issues: [{ path: 'a', message: 'b' }] });
  });
});

describe('Fields of a row and of a mapping', () => {
  it('look equal where they are equal', () => {
    const ofRow = { title: 'Roof', stage: 's', amount: '12.50000000', openedAt: new Date('2026-11-21T10:00:00Z') };
    const ofMapping = { title: 'Roof', stage: 's', amount: '12.5', openedAt: '2026-11-21T11:00:00+01:00' };
    expect(inOneForm('deal', ofRow)).toEqual(inOneForm('deal', ofMapping));
    expect(inOneForm('deal', ofRow)).toMatchObject({ amount: '12.5', currency: null });
  });
});
