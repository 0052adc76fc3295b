import type { Result } from './scenario.ts';

const columns = ['injected', 'checked', 'lost', 'doubled', 'stuck'] as const;

/** A broken promise shows in the first few; the table has the count. */
const sentencesMax = 5;

/** What was injected, how often, and what came of it; below the table, each finding in words. */
export function tableOf(results: Result[]): string {
  const rows = results.map((result) => [
    result.name,
    String(result.injected),
    String(result.checked),
    ...[result.lost, result.doubled, result.stuck].map(({ length }) => String(length)),
    `${result.seconds} s`,
  ]);
  const sum = (pick: (result: Result) => number) => String(results.reduce((total, result) => total + pick(result), 0));
  const total = [
    'Together',
    sum(({ injected }) => injected),
    sum(({ checked }) => checked),
    sum(({ lost }) => lost.length),
    sum(({ doubled }) => doubled.length),
    sum(({ stuck }) => stuck.length),
    '',
  ];
  const all = [['What was injected', ...columns, 'took'], ...rows, total];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ');
  const rule = '─'.repeat(widths.reduce((width, other) => width + other + 2, -2));
  const words = results.flatMap(({ name, lost, doubled, stuck, forPerson = [] }) =>
    Object.entries({ lost, doubled, stuck, 'for a person': forPerson }).flatMap(([kind, sentences]) => [
      ...sentences.slice(0, sentencesMax).map((sentence) => `${kind}: ${name}: ${sentence}`),
      ...(sentences.length > sentencesMax ? [`${kind}: ${name}: and ${sentences.length - sentencesMax} more`] : []),
    ]),
  );
  return [line(all[0]!), rule, ...rows.map(line), rule, line(total), '', ...words].join('\n').trimEnd();
}

export const isClean = (results: Result[]) =>
  results.every(({ injected, lost, doubled, stuck }) => injected > 0 && lost.length + doubled.length + stuck.length === 0);
