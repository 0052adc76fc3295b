import type { AuditAction } from '../../../domain/audit-actions.ts';
import type { UpdateDefinition } from '@temporalio/common';
import type { By } from '../../../db/app/stores/audit.ts';
import type { Actor, CommandAnswer } from '../../../workflows/messages.ts';
import type { Deps } from '../../deps.ts';
import { answerOf, tell } from '../../temporal.ts';
import { rotationLink } from './schema.ts';

/** Gives a command to the rotation under way, and keeps that it was accepted. */
export async function commandRotation(
  deps: Deps,
  action: AuditAction,
  update: UpdateDefinition<CommandAnswer, [Actor]>,
  by: string,
  audit: By,
) {
  const link = rotationLink(deps);
  const answer: CommandAnswer = (await tell(deps, link, update, { by })) ?? {
    verdict: 'refused',
    reason: 'No rotation is under way, and none waits for a decision.',
  };
  if (answer.verdict === 'accepted')
    await deps.stores.audit.append({ ...audit, companyId: null, action, subject: link.id, outcome: 'done' });
  return answerOf(link, answer);
}
