/** The matrix as text: a row for each fault, a column for each operation, and what was found in words. */
import { sentencesOf } from './matrix.ts';
import { operations } from './operations/index.ts';
import type { Round } from './round.ts';
import { isCleanRound, totalsOf } from './totals.ts';

/** A broken promise shows in the first few; the count says how many there are. */
const sentencesMax = 40;

export function matrixTable(rounds: Round[], seed: number): string {
  const names = operations.map(({ name }) => name);
  const rows = rounds.map((round) => [
    round.injection,
    ...names.map((name) => textOf(round, name)),
    round.stuck.length === 0 ? 'ok' : `S${round.stuck.length}`,
    `${round.seconds} s`,
  ]);
  const all = [['Fault', ...names, 'engine', 'took'], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  const rule = '─'.repeat(widths.reduce((width, other) => width + other + 2, -2));
  const totals = totalsOf(rounds);
  const found = rounds.flatMap(sentencesOf);
  return [
    line(all[0]!),
    rule,
    ...rows.map(line),
    rule,
    'A cell says how often the fault hit the operation; L, D and S count what was lost, doubled and stuck, P what waits for a person.',
    '',
    ...rounds.map(momentsOf),
    '',
    `Seed ${seed}: ${totals.injected} faults in ${totals.cells} cells, ${totals.checked} things looked at.`,
    `Lost ${totals.lost}, doubled ${totals.doubled}, stuck ${totals.stuck}; left to a person, visibly: ${totals.forPerson}.`,
    `${rounds.filter(isCleanRound).length} of ${rounds.length} rows are clean.`,
    '',
    ...found.slice(0, sentencesMax),
    ...(found.length > sentencesMax ? [`and ${found.length - sentencesMax} more`] : []),
  ]
    .join('\n')
    .trimEnd();
}

function textOf({ atS, cells }: Round, name: string): string {
  const cell = cells.find(({ operation }) => operation === name);
  if (!cell) return '-';
  const { lost, doubled, stuck, forPerson = [] } = cell;
  const counts = { L: lost.length, D: doubled.length, S: stuck.length, P: forPerson.length };
  const marks = Object.entries(counts).flatMap(([letter, count]) => (count > 0 ? [`${letter}${count}`] : []));
  return [`${atS.length}×`, ...(lost.length + doubled.length + stuck.length === 0 ? ['ok'] : []), ...marks].join(' ');
}

/** When each fault came, how long it lasted, and where each operation stood. */
function momentsOf({ injection, atS, lastedS, cells }: Round): string {
  const moments = atS.map((at, time) => {
    const stood = cells.map(({ operation, phases }) => `${operation}: ${phases[time]}`);
    return `    at ${at} s for ${lastedS[time]} s; ${stood.join('; ')}`;
  });
  return [injection, ...moments].join('\n');
}
