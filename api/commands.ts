import type { UpdateDefinition } from '@temporalio/common';
import type { Connection } from '../db/app/stores/connections.ts';
import { decideCommand, type ConnectionCommand } from '../domain/connection-state.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { Actor, CommandAnswer } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { answerOf, ask } from './temporal.ts';

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
) {
  const workflowId = workflowIds.connector(connection.id);
  const lives = connection.state !== 'onboarding' && connection.state !== 'disconnected';
  const answer = lives
    ? await ask(deps, ({ workflow }) => workflow.getHandle(workflowId).executeUpdate(update, { args: [given] }))
    : undefined;
  return answerOf<Accepted>(deps, workflowId, answer ?? (await answerByState(deps, connection, command)));
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
