import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { until } from '../harness/until.ts';
import { checkMappingSet } from '../../mapping/check.ts';
import { evaluate } from '../../mapping/expressions.ts';
import { mapperOf } from '../../mapping/mapper.ts';
import type { FieldMapping, MappingSet } from '../../domain/mapping.ts';

const deal = (...fields: FieldMapping[]): MappingSet => ({
  object: 'deal',
  version: 1,
  externalId: 'id',
  sourceUpdatedAt: 'at',
  fields: [{ target: 'stage', source: 'stage', transform: { kind: 'text' }, required: true }, ...fields],
});
const title = (expression: string): FieldMapping => ({
  target: 'title',
  source: { expression },
  transform: { kind: 'text' },
  required: true,
});
const raw = (more: object = {}) => ({ id: 'D1', at: '2026-11-21T00:00:00Z', stage: 's', ...more });
/** Doubles itself until memory or time runs out. */
const endless = '($f := function($s) { $f($s & $s) }; $f("x"))';
const regex = '$match(text, /^(a+)+$/)';

describe('an expression', () => {
  it('gives a field its value, beside plain paths', async () => {
    const map = mapperOf(deal(title('$uppercase(items[kind = "main"].name) & " (" & $count(items) & ")"')));
    const items = [{ kind: 'main', name: 'Roof' }, { kind: 'other' }];
    expect(await map([raw({ items }), raw({ items: [] })])).toMatchObject([
      { record: { fields: { title: 'ROOF (2)', stage: 's' } } },
      { record: { fields: { title: ' (0)' } } },
    ]);
  });

  it('that gives nothing leaves its field empty, and a required one rejects the record', async () => {
    expect(await mapperOf(deal(title('nothing.here')))([raw()])).toEqual([
      { issues: [{ path: 'the expression for title', message: 'is empty, and title needs it' }] },
    ]);
  });

  it('that fails rejects its record with a sentence, without the value, and no other record', async () => {
    const map = mapperOf(deal(title('$substring(name, 0, 3)')));
    const [good, bad] = await map([raw({ name: 'Rooftop' }), raw({ name: { phone: '+4930901820' } })]);
    expect(good).toMatchObject({ record: { fields: { title: 'Roo' } } });
    expect(bad).toEqual({
      issues: [{ path: 'the expression for title', message: 'could not be computed (JSONata T0410)' }],
    });
  });

  it('that gives a list, an object or a function is refused for that', async () => {
    const [answers] = await evaluate(['[1, 2]', '{"a": 1}', '$sum', 'true'], [{}]);
    expect(answers).toEqual([
      { fault: 'gives a list or an object, where one value is needed' },
      { fault: 'gives a list or an object, where one value is needed' },
      { fault: 'gives a list or an object, where one value is needed' },
      { value: true },
    ]);
  });

  it.each([
    ['calls itself without end', endless],
    ['loops without end', '($f := function($n) { $n = -1 ? 0 : $f($n + 1) }; $f(0))'],
    ['makes a list of millions', '$sum([1..9999999])'],
    ['makes a text of all memory', '($a := $pad("x", 100000000); $length($a & $a & $a & $a))'],
  ])('that %s rejects its record, and the next expression runs', async (_what, expression) => {
    const [[fault]] = (await evaluate([expression], [{}])) as [[{ fault: string }]];
    expect(fault.fault).toMatch(
      /^(ran for more|calls itself too deeply|makes a list of more|needs too much|could not be|gives more)/,
    );
    expect(await evaluate(['1 + 1'], [{}])).toEqual([[{ value: 2 }]]);
  });

  it('whose pattern takes for ever is ended, and the records before and after it are answered', async () => {
    const evil = { text: `${'a'.repeat(40)}!` };
    const fine = { text: 'aaa' };
    const [before, slow, after] = await evaluate([`$exists(${regex})`], [fine, evil, fine]);
    expect([before, after]).toEqual([[{ value: true }], [{ value: true }]]);
    expect(slow).toEqual([{ fault: 'ran for more than 2000 ms' }]);
  });

  it('that takes too long for record after record is not tried on the rest of the page', async () => {
    const answers = await evaluate(
      ['($f := function($n) { $n = -1 ? 0 : $f($n + 1) }; $f(0))'],
      Array.from({ length: 50 }, () => ({})),
    );
    expect(answers).toHaveLength(50);
    expect(answers.at(-1)).toEqual([{ fault: 'was not tried, because it took too long for records before this one' }]);
  });

  it('is computed by a new process when the one before was ended while it was idle, and heeds no Ctrl-C', async () => {
    expect(await evaluate(['1'], [{}])).toEqual([[{ value: 1 }]]);
    const [child] = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').split(' ').map(Number);
    process.kill(child!, 'SIGINT');
    expect(await evaluate(['2'], [{}])).toEqual([[{ value: 2 }]]);
    process.kill(child!, 'SIGKILL');
    await until(
      async () => existsSync(`/proc/${child}`),
      (isThere) => !isThere,
    );
    expect(await evaluate(['3'], [{}])).toEqual([[{ value: 3 }]]);
  });

  it('of many callers at once answers each with its own', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => evaluate([`n * ${n}`], [{ n: 1 }, { n: 2 }])));
    answers.forEach((answer, n) => expect(answer).toEqual([[{ value: n }], [{ value: 2 * n }]]));
  });
});

describe('checkMappingSet', () => {
  const check = (...fields: FieldMapping[]) => checkMappingSet(deal(...fields)).map(({ path, message }) => `${path}: ${message}`);

  it('takes expressions that are JSONata', () => {
    expect(check(title('a.b[0] & $string(c)'))).toEqual([]);
  });

  it('says where an expression is none', () => {
    expect(check(title('a.b & ('))).toEqual([
      expect.stringMatching(/^fields\.1\.source\.expression: is not JSONata, at character \d+: /),
    ]);
  });

  it.each(['$now()', '[1, $random()]', '$map(x, $shuffle)', '($e := $eval; $e("1"))', 'x[$millis() > 3]'])(
    'refuses %s',
    (expression) => {
      expect(check(title(expression))).toEqual([expect.stringMatching(/^fields\.1\.source\.expression: must not use \$/)]);
    },
  );

  it('refuses a country that is none', () => {
    const phone: FieldMapping = { ...title('x'), source: 'x', transform: { kind: 'phone', country: 'ZZ' } };
    expect(check(phone)).toEqual(['fields.1.transform.country: ZZ is not a country: give its two letters, such as DE']);
  });
});

describe('a phone number', () => {
  const contact: MappingSet = {
    object: 'contact',
    version: 1,
    externalId: 'id',
    sourceUpdatedAt: 'at',
    fields: [{ target: 'phone', source: 'tel', transform: { kind: 'phone', country: 'DE' }, required: false }],
  };

  it.each([
    ['030 901820', '+4930901820'],
    ['+1 (500) 555-0006', '+15005550006'],
    ['0049 30 901820', '+4930901820'],
  ])('%s becomes %s', async (tel, phone) => {
    expect(await mapperOf(contact)([raw({ tel })])).toMatchObject([{ record: { fields: { phone } } }]);
  });

  it('that is none rejects the record', async () => {
    expect(await mapperOf(contact)([raw({ tel: 'ask Ada' })])).toEqual([
      { issues: [{ path: 'tel', message: 'is not a valid phone for phone' }] },
    ]);
  });
});
