import { optIntent } from './sms.ts';

/** What a person answers to a notice by SMS. The code is the incident's; without one the newest is meant. */
export type SmsReply = { kind: 'acknowledge'; code: string | null } | { kind: 'stop' } | { kind: 'start' } | { kind: 'other' };

/** Case, spaces and punctuation around the words do not matter: phones write their own. */
export function readReply(text: string): SmsReply {
  const intent = optIntent(text);
  if (intent) return { kind: intent === 'opt_out' ? 'stop' : 'start' };
  const words = text
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter(Boolean);
  if (words[0] !== 'ACK' && words[0] !== 'ACKNOWLEDGE') return { kind: 'other' };
  return { kind: 'acknowledge', code: words[1] ?? null };
}
