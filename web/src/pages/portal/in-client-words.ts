import { Problem } from '../../api/client.ts';
import { words } from '../../words/index.ts';

/** What went wrong on our side is told without what it went wrong with. */
export function inClientWords(error: unknown): unknown {
  if (error instanceof Problem && (error.status === 0 || error.status >= 500)) return new Error(words.portal.away);
  return error;
}
