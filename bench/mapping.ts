/** What mapping costs for each record: plain paths beside the parsing of the record's JSON, and an expression in its own process. */
import { compileMapping } from '../domain/compile-mapping.ts';
import type { FieldMapping, MappingSet } from '../domain/mapping.ts';
import { mapperOf } from '../mapping/mapper.ts';
import { figure, Incorrect, type Part } from './figure.ts';

const text = (target: string, source: FieldMapping['source']): FieldMapping => ({
  target,
  source,
  transform: { kind: 'text', trim: true },
  required: false,
});
/** All ten fields of a message, its id and its time: twelve values, by every kind of transform but phone numbers. */
const plain: MappingSet = {
  object: 'message',
  version: 1,
  externalId: 'sid',
  sourceUpdatedAt: 'meta.updated',
  fields: [
    { target: 'direction', source: 'direction', transform: { kind: 'enum', values: { in: 'inbound' } }, required: true },
    { target: 'status', source: 'state.now', transform: { kind: 'enum', values: { ok: 'received' } }, required: true },
    text('fromAddress', 'from.number'),
    text('toAddress', 'to.number'),
    text('body', { paths: ['subject', 'text'], separator: ' ' }),
    text('errorCode', 'state.error'),
    { target: 'segments', source: 'parts', transform: { kind: 'integer' }, required: false },
    {
      target: 'price',
      source: 'price.amount',
      transform: { kind: 'money', currency: { source: 'price.currency' }, decimalComma: true, thousands: true },
      required: false,
    },
    { target: 'sentAt', source: 'meta.sent', transform: { kind: 'timestamp' }, required: false },
  ],
};
const withExpression: MappingSet = {
  ...plain,
  fields: plain.fields.map((field) =>
    field.target === 'body' ? text('body', { expression: '$uppercase(subject) & " " & text' }) : field,
  ),
};
const record = JSON.stringify({
  sid: 'SM0123456789',
  direction: 'in',
  state: { now: 'ok', error: null },
  from: { number: '+15005550006' },
  to: { number: '+15005550007' },
  subject: 'Appointment',
  text: 'We come on Tuesday between nine and eleven.',
  parts: 1,
  price: { amount: '1.234,50', currency: 'EUR' },
  meta: { updated: '2026-11-21T10:00:00Z', sent: '2026-11-21T09:59:58Z' },
});

export const mapping: Part = {
  name: 'mapping',
  shares: 'nothing else; expressions run in a process of their own',
  async measure({ rounds, quick, say }) {
    const count = quick ? 20_000 : 200_000;
    const [paths, parsing, expressions]: [number[], number[], number[]] = [[], [], []];
    const map = compileMapping(plain, { phone: () => undefined });
    const raw: unknown = JSON.parse(record);
    if (!('record' in map(raw))) throw new Incorrect('The record of the benchmark does not map.');
    const page = Array.from({ length: 1_000 }, () => raw);
    await mapperOf(withExpression)(page); // starts its process
    for (let round = 0; round <= rounds; round += 1) {
      const each = [
        perRecord(count, () => map(raw)),
        perRecord(count, () => JSON.parse(record)),
        await perExpression(page, count / 20_000),
      ] as const;
      if (round === 0) continue; // warms it
      [paths, parsing, expressions].forEach((values, index) => values.push(each[index]!));
      say(`  round ${round}: ${each.map((us) => us.toFixed(2)).join(', ')} µs for paths, parsing, one expression`);
    }
    return [
      figure('compiled paths, 12 values of a record', 'µs', paths, {
        floors: { "parsing the record's JSON": parsing },
        wishes: [{ atMost: 10 }],
      }),
      figure('the same with one JSONata expression', 'µs', expressions),
    ];
  },
};

function perRecord(count: number, work: () => unknown): number {
  const began = performance.now();
  for (let done = 0; done < count; done += 1) work();
  return ((performance.now() - began) * 1_000) / count;
}

async function perExpression(page: unknown[], pages: number): Promise<number> {
  const began = performance.now();
  for (let done = 0; done < pages; done += 1) await mapperOf(withExpression)(page);
  return ((performance.now() - began) * 1_000) / (pages * page.length);
}
