/** The table on the terminal. */
import type { Figure, Goal } from './figure.ts';

const heads = ['', 'ours', 'floor', "floor's", 'ratio', 'goal'];

/** One line for each figure, and one for each floor beside it. */
export function drawTable(figures: Figure[]): string {
  const lines = figures.flatMap((figure) => {
    const ours = [figure.name, `${number(figure.median)} ${figure.unit}`];
    if (figure.floors.length === 0) return [[...ours, '', '', '', goalOf(figure.goals, null)]];
    return figure.floors.map(({ name, median, ratio }, place) => [
      ...(place === 0 ? ours : ['', '']),
      name,
      number(median),
      `${ratio} x`,
      goalOf(figure.goals, name) || (place === 0 ? goalOf(figure.goals, null) : ''),
    ]);
  });
  const widths = heads.map((head, column) => Math.max(head.length, ...lines.map((line) => line[column]!.length)));
  const isNumeric = (column: number) => [1, 3, 4].includes(column);
  const draw = (line: string[]) =>
    line
      .map((cell, column) => (isNumeric(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [heads, ...lines].map((line) => `  ${draw(line)}`).join('\n');
}

function goalOf(goals: Goal[], floor: string | null): string {
  const goal = goals.find((one) => one.floor === floor);
  return goal ? `${goal.wanted}, ${goal.isMet ? 'met' : 'missed'}` : '';
}

const number = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 2 });
