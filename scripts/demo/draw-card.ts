import type { Card } from '../../domain/card.ts';

const width = 64;

/** The client's card in a terminal. */
export function drawCard(card: Card): string {
  const lines = [
    card.title,
    `Source: ${card.sourceLabel} · ${card.period}`,
    '',
    `Baseline  ${card.baseline ? `${card.baseline.value} ${card.unit} (${card.baseline.date})` : 'none yet'}`,
    `Now       ${card.current ? `${card.current.value} ${card.unit} (${card.current.date})` : 'none yet'}`,
    `Status    ${card.statusSentence}`,
    `Next      ${card.nextAction}`,
  ];
  const edge = '─'.repeat(width);
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${line.padEnd(width - 2)} │`), `└${edge}┘`].join('\n');
}
