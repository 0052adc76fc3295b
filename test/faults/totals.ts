import type { Round } from './round.ts';

export function totalsOf(rounds: Round[]) {
  const cells = rounds.flatMap((round) => round.cells);
  const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
  return {
    injected: sum(rounds.map(({ atS }) => atS.length)),
    cells: cells.length,
    checked: sum(cells.map(({ checked }) => checked)),
    lost: sum(cells.map(({ lost }) => lost.length)),
    doubled: sum(cells.map(({ doubled }) => doubled.length)),
    stuck: sum([...cells.map(({ stuck }) => stuck.length), ...rounds.map(({ stuck }) => stuck.length)]),
    forPerson: sum(cells.map(({ forPerson = [] }) => forPerson.length)),
  };
}

/** A row whose fault did not come shows nothing. */
export function isCleanRound(round: Round): boolean {
  const { lost, doubled, stuck } = totalsOf([round]);
  return round.atS.length > 0 && lost + doubled + stuck === 0;
}
