/**
 * The ladder of one incident: tell the first person, wait for an acknowledgement until the rung's deadline, tell the next. Then it
 * stays open, however long, until the connection recovers or a person resolves it. Safe to start twice: its id is the incident's.
 */
import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { Rung } from '../domain/policy.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import { readFailure } from './failure.ts';
import {
  acknowledgeUpdate,
  escalationClosedSignal,
  incidentOverSignal,
  resolveEscalationUpdate,
  takeOverUpdate,
  type CommandAnswer,
  type EscalationInput,
  type EscalationResult,
} from './messages.ts';
import { own, telling } from './proxies.ts';

export async function escalation(input: EscalationInput): Promise<EscalationResult> {
  const { incidentId } = input;
  let answered: 'acknowledged' | 'taken_over' | undefined;
  let over: (EscalationResult & { by: string; note: string }) | undefined;

  const closedAnswer: CommandAnswer = { verdict: 'already', sentence: 'The incident is closed.' };
  setHandler(acknowledgeUpdate, async ({ by }) => {
    if (over) return closedAnswer;
    if (answered) return { verdict: 'already', sentence: 'Somebody has acknowledged the incident.' };
    answered = 'acknowledged';
    await own.recordIncidentAnswer({ incidentId, answer: 'acknowledged', by });
    return { verdict: 'accepted' };
  });
  setHandler(takeOverUpdate, async ({ by }) => {
    if (over) return closedAnswer;
    answered = 'taken_over';
    await own.recordIncidentAnswer({ incidentId, answer: 'taken_over', by });
    return { verdict: 'accepted' };
  });
  setHandler(resolveEscalationUpdate, ({ by, note }) => {
    if (over) return closedAnswer;
    over = { outcome: 'resolved', by, note };
    return { verdict: 'accepted' };
  });
  setHandler(incidentOverSignal, ({ outcome }) => {
    over ??= {
      outcome,
      by: 'engine',
      note: outcome === 'recovered' ? 'The connection recovered.' : 'The connection was disconnected.',
    };
  });

  const isAnswered = () => answered !== undefined || over !== undefined;
  for (const rung of input.ladder) {
    setCurrentDetails(`Rung ${rung.position} of ${input.ladder.length}: telling the ${rung.tell.replace('_', ' ')}.`);
    if (!(await tell(rung))) continue;
    if (await condition(isAnswered, rung.acknowledgeWithinMs)) break;
  }
  if (!isAnswered()) {
    setCurrentDetails('Nobody acknowledged in time. Acknowledge, take over or resolve the incident through the API.');
    await own.recordIncidentAnswer({ incidentId, answer: 'unanswered', by: 'engine' });
  } else if (!over) setCurrentDetails(`A person has ${answered!.replace('_', ' ')}; waiting for the connection to recover.`);

  // An answer that is being written down comes first: closing is the last word.
  await condition(() => over !== undefined && allHandlersFinished());
  await own.closeIncident({ incidentId, ...over! });
  setCurrentDetails(`Closed: ${over!.outcome}.`);
  await getExternalWorkflowHandle(workflowIds.connector(input.connectionId))
    .signal(escalationClosedSignal, { incidentId })
    .catch(() => undefined); // a disconnected connector has ended and needs no word
  await condition(allHandlersFinished);
  return { outcome: over!.outcome };

  /** Whether anybody on the rung could be told. When notices cannot go out at all, the next rung must not wait for them. */
  async function tell(rung: Rung): Promise<boolean> {
    try {
      return (await telling.notifyPeople({ ...input, rung })).told > 0;
    } catch (error) {
      if (isCancellation(error)) throw error;
      await own.giveUpNotices({ ...input, rung, sentence: readFailure(error).sentence });
      return false;
    }
  }
}
