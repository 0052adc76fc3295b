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

/** Keeps who commanded what: every refusal, and what was accepted unless the change itself tells of it. */
export async function auditAnswer({ stores }: Deps, command: Command, by: By, answer: CommandAnswer): Promise<void> {
  const { changeIsAudited, ...what } = command;
  if (answer.verdict === 'refused')
    await stores.audit.append({ ...by, ...what, outcome: 'refused', detail: { reason: answer.reason } });
  else if (answer.verdict === 'accepted' && !changeIsAudited) await stores.audit.append({ ...by, ...what, outcome: 'done' });
}
