import type { UpdateDefinition } from '@temporalio/common';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { Incident } from '../../../db/app/stores/incidents.ts';
import type { Actor, CommandAnswer } from '../../../workflows/messages.ts';
import type { Deps } from '../../deps.ts';
import { workflowLink } from '../../links.ts';
import { answerOf, tell } from '../../temporal.ts';

/** Tells an escalation's workflow what a person answers; once it has ended, the incident's row says so. */
export async function answerEscalation<Given extends Actor>(
  deps: Deps,
  incident: Incident,
  update: UpdateDefinition<CommandAnswer, [Given]>,
  given: Given,
) {
  const workflow = workflowLink(deps, workflowIds.escalation(incident.id));
  const answer = await tell(deps, workflow, update, given);
  return answerOf(workflow, answer ?? (await answerByRow(deps, incident)));
}

async function answerByRow(deps: Deps, incident: Incident): Promise<CommandAnswer> {
  const { closedAt, state } = (await deps.stores.incidents.find(incident.id)) ?? incident;
  if (closedAt) return { verdict: 'already', sentence: `The incident is closed: it was ${state}.` };
  return {
    verdict: 'refused',
    reason: 'The incident is open, but its workflow is not running: tell the people who run Linkwright.',
    code: 'defect',
  };
}
