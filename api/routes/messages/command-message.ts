import type { UpdateDefinition } from '@temporalio/common';
import type { AuditAction } from '../../../domain/audit-actions.ts';
import { isFinal } from '../../../domain/delivery-status.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { By } from '../../../db/app/stores/audit.ts';
import type { Delivery } from '../../../db/app/stores/deliveries.ts';
import type { Actor, CommandAnswer } from '../../../workflows/messages.ts';
import { auditAnswer } from '../../audit-answer.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink } from '../../links.ts';
import { answerOf, tell } from '../../temporal.ts';

/** Gives a command to a message's workflow; when that has ended, the delivery's status says why nothing is to be done. */
export async function commandMessage<Given extends Actor>(
  deps: Deps,
  delivery: Delivery,
  action: AuditAction,
  update: UpdateDefinition<CommandAnswer, [Given]>,
  given: Given,
  audit: By,
) {
  const workflow = workflowLink(deps, workflowIds.message(delivery.id));
  const answer = (await tell(deps, workflow, update, given)) ?? ended(delivery);
  const { companyId, id: subject } = delivery;
  await auditAnswer(deps, { companyId, subject, action }, audit, answer);
  return answerOf(workflow, answer);
}

function ended({ status }: Delivery): CommandAnswer {
  const reason = isFinal(status)
    ? `The message has ended: it is ${status}.`
    : `The message is ${status}, but its workflow is not running: tell the people who run Linkwright.`;
  return { verdict: 'refused', reason };
}
