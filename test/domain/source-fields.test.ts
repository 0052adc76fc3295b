import { describe, expect, it } from '@jest/globals';
import type { FieldMapping, MappingSet } from '../../domain/mapping.ts';
import {
  awaitPaths,
  describeLoss,
  mappedPaths,
  missingSources,
  observeFields,
  updateFields,
  type KnownField,
  type SourceType,
} from '../../domain/source-fields.ts';

describe('The fields of a sample', () => {
  it('are paths down to the third level, with the type of their values', () => {
    const sample = [
      { id: 7, name: 'A', tags: ['x'], meta: { at: '2026', by: { id: 1, deep: { er: 1 } } }, gone: null, nothing: {} },
      { id: 'x', name: null, open: true },
    ];
    expect(Object.fromEntries(observeFields(sample))).toEqual({
      id: 'mixed',
      name: 'text',
      tags: 'list',
      'meta.at': 'text',
      'meta.by.id': 'number',
      'meta.by.deep': 'object',
      gone: 'empty',
      nothing: 'object',
      open: 'boolean',
    });
  });

  it.each([null, 42, 'text', [1]])('are none for what is no record: %j', (record) => {
    expect(observeFields([record]).size).toBe(0);
  });

  it('leave out keys that no mapping could name, that may be a person’s, and those beyond five hundred', () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`f${index}`, 1]));
    expect(observeFields([{ 'a b': 1, 'ada@example.com': 1, '4930901820': 1, ok: 1 }])).toEqual(new Map([['ok', 'number']]));
    expect(observeFields([many]).size).toBe(500);
  });
});

describe('What a look makes of a known field', () => {
  const field = (type: SourceType, more: Partial<KnownField> = {}): KnownField => ({
    path: 'a',
    type,
    state: 'present',
    typeBefore: null,
    ...more,
  });
  const look = (known: KnownField | null, type: SourceType, sampled = 20) =>
    updateFields(new Map(known ? [['a', known]] : []), new Map([['a', type]]), sampled)[0];

  it('is new where it was not known, and nothing where nothing changed', () => {
    expect(look(null, 'text')).toEqual(field('text'));
    expect(look(field('text'), 'text')).toBeUndefined();
    expect(look(field('text'), 'empty')).toBeUndefined();
    expect(look(field('empty'), 'text', 1)).toEqual(field('text'));
  });

  it('is changed when all of a large enough sample is of another type, and present again when that is undone', () => {
    expect(look(field('text'), 'number', 19)).toBeUndefined();
    const changed = look(field('text'), 'number')!;
    expect(changed).toEqual(field('number', { state: 'changed', typeBefore: 'text' }));
    expect(look(changed, 'number')).toBeUndefined();
    expect(look(changed, 'boolean')).toMatchObject({ state: 'changed', type: 'boolean', typeBefore: 'text' });
    expect(look(changed, 'text')).toEqual(field('text'));
  });

  it('is mixed, and loses no type any more, when some values are of another type', () => {
    expect(look(field('text'), 'mixed')).toEqual(field('mixed'));
    expect(look(field('mixed'), 'number')).toBeUndefined();
  });

  it('is present again when it was vanished, empty though it be', () => {
    expect(look(field('text', { state: 'vanished' }), 'empty')).toEqual(field('text'));
    expect(look(field('text', { state: 'vanished' }), 'text', 1)).toEqual(field('text'));
  });
});

describe('A draft', () => {
  const field = (target: string, source: FieldMapping['source'], more: Partial<FieldMapping> = {}): FieldMapping => ({
    target,
    source,
    transform: { kind: 'text' },
    required: true,
    ...more,
  });
  const known = (path: string, state: KnownField['state'] = 'present'): KnownField => ({
    path,
    type: 'text',
    state,
    typeBefore: null,
  });
  const issues = (fields: FieldMapping[], there = [known('id'), known('meta.at'), known('was', 'vanished')]) =>
    missingSources({ fields }, there).map(({ path, message }) => `${path}: ${message}`);

  it('that requires what the records are not known to have is told so', () => {
    expect(issues([field('title', 'id'), field('stage', 'nope'), field('stage', 'was'), field('stage', 'meta.nope')])).toEqual([
      "fields.1.source: the provider's records have no nope, and stage is required",
      "fields.2.source: the provider's records have no was, and stage is required",
      "fields.3.source: the provider's records have no meta.nope, and stage is required",
    ]);
  });

  it('is not doubted where nothing is known, a default stands in, or a look does not reach', () => {
    const fields = [
      field('title', 'nope', { required: false }),
      field('title', 'nope', { default: 'None' }),
      field('title', { expression: 'nope' }),
      field('title', 'a.b.c.d'),
      field('title', 'meta'),
    ];
    expect(issues(fields)).toEqual([]);
    expect(issues([field('title', 'nope')], [])).toEqual([]);
    expect(issues([field('title', 'owner.name')], [{ ...known('owner'), type: 'empty' }])).toEqual([]);
  });
});

describe('The paths of a mapping', () => {
  const mapping: MappingSet = {
    object: 'deal',
    version: 1,
    externalId: 'id',
    sourceUpdatedAt: 'at',
    companyField: { source: 'team' },
    fields: [
      { target: 'title', source: { paths: ['first', 'last'], separator: ' ' }, transform: { kind: 'text' }, required: true },
      { target: 'stage', source: { expression: 'x' }, transform: { kind: 'text' }, required: true },
      { target: 'amount', source: 'p.sum', transform: { kind: 'money', currency: { source: 'p.code' } }, required: false },
    ],
  };

  it('are all that it reads, each with what it makes', () => {
    expect([...mappedPaths(mapping)]).toEqual([
      ['id', 'the id'],
      ['at', 'the time of the version'],
      ['team', 'the company'],
      ['first', 'title'],
      ['last', 'title'],
      ['p.sum', 'amount'],
      ['p.code', 'currency'],
    ]);
  });

  it('are looked for until each was there, empty or not', () => {
    const awaited = awaitPaths(['id', 'p.sum', 'p.code', 'owner.name', 'q']);
    awaited.see([{ id: 1 }, { p: { sum: null } }, { p: ['code'] }, 42]);
    expect(awaited.seen()).toEqual(['id', 'p.sum']);
    awaited.see([{ owner: null }]);
    expect(awaited.seen()).toEqual(['id', 'p.sum', 'owner.name']);
  });

  it('that are lost are told with the field and what is made of it', () => {
    const lost = { object: 'deal', path: 'p.sum', target: 'amount', type: 'number' as const };
    expect(describeLoss({ ...lost, state: 'vanished', typeBefore: null })).toContain(
      'no longer gives "p.sum", of which amount of each deal',
    );
    expect(describeLoss({ ...lost, state: 'changed', typeBefore: 'text' })).toContain(
      'was text at the provider and is number now',
    );
  });
});
