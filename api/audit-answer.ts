import type { AuditEntry, By } from '../db/app/stores/audit.ts';
import type { CommandAnswer } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';

/** Keeps that a command was accepted where no change of the workflow's own tells of it; that it was asked is kept for every command. */
export async function auditAnswer(
  { stores }: Deps,
  command: Pick<AuditEntry, 'companyId' | 'action' | 'subject'>,
  by: By,
  { verdict }: CommandAnswer,
): Promise<void> {
  if (verdict === 'accepted') await stores.audit.append({ ...by, ...command, outcome: 'done' });
}
