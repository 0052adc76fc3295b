import type { UpdateDefinition } from '@temporalio/common';
import type { By } from '../db/app/stores/audit.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import { decideCommand, type ConnectionCommand } from '../domain/connection-state.ts';
import type { Actor, CommandAnswer } from '../workflows/messages.ts';
import { auditAnswer } from './audit-answer.ts';
import type { Deps } from './deps.ts';
import { leadingWorkflow } from './links.ts';
import { answerOf, tell } from './temporal.ts';

/**
 * Gives a command to a connection's workflow and answers what it answers. Where none lives (onboarding, disconnected), the state
 * table answers in its place, so that no command is ever dropped in silence.
 */
export async function commandConnection<Accepted extends object, Given extends Actor>(
  deps: Deps,
  connection: Connection,
  command: ConnectionCommand,
  update: UpdateDefinition<CommandAnswer<Accepted>, [Given]>,
  given: Given,
  audit: By,
) {
  const workflow = leadingWorkflow(deps, connection);
  const lives = connection.state !== 'onboarding' && connection.state !== 'disconnected';
  const told = lives ? await tell(deps, workflow, update, given) : undefined;
  const answer = told ?? (await answerByState(deps, connection, command));
  const { companyId, id: subject } = connection;
  // A run on demand is no change of the connection, so nothing else tells who asked for it.
  if (command === 'syncNow') await auditAnswer(deps, { companyId, subject, action: 'connection.syncNow' }, audit, answer);
  return answerOf<Accepted>(workflow, answer);
}

/** `Accepted` never comes from here: without a workflow nothing can be accepted. */
async function answerByState(deps: Deps, connection: Connection, command: ConnectionCommand): Promise<CommandAnswer<never>> {
  const now = (await deps.stores.connections.find(connection.id)) ?? connection;
  const verdict = decideCommand(now.state, command);
  if (verdict.verdict !== 'accepted') return verdict;
  return {
    verdict: 'refused',
    reason: `The connection is ${now.state}, but the workflow that leads it is not running: tell the people who run Linkwright.`,
    code: 'defect',
  };
}
