import type { By } from '../db/app/stores/audit.ts';
import type { CommandAnswer } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';

interface Command {
  companyId: string;
  action: string;
  subject: string;
  /** Whether the workflow's own change writes the row of an accepted command, in its transaction. */
  changeIsAudited: boolean;
}

/** Keeps what was accepted, unless the change itself tells of it; that it was asked, and a refusal, is kept for every command. */
export async function auditAnswer({ stores }: Deps, command: Command, by: By, answer: CommandAnswer): Promise<void> {
  const { changeIsAudited, ...what } = command;
  if (answer.verdict === 'accepted' && !changeIsAudited) await stores.audit.append({ ...by, ...what, outcome: 'done' });
}
