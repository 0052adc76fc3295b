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
  incidentBackSignal,
  incidentOverSignal,
  resolveEscalationUpdate,
  takeOverUpdate,
  tellFurtherSignal,
  type CommandAnswer,
  type EscalationInput,
  type EscalationResult,
} from './messages.ts';
import { own, telling, tellingFurther } from './proxies.ts';

export async function escalation(input: EscalationInput): Promise<EscalationResult> {
  const { incidentId } = input;
  let answered: 'acknowledged' | 'taken_over' | undefined;
  let over: (EscalationResult & { by: string; note: string }) | undefined;
  let back = false;

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

  setHandler(incidentBackSignal, () => {
    if (!over) return;
    over = undefined;
    back = true;
  });
  setHandler(tellFurtherSignal, ({ kind }) => tellFurther(kind));

  const isAnswered = () => answered !== undefined || over !== undefined;
  const rungs = [...input.ladder];
  await climb();
  for (;;) {
    // An answer that is being written down comes first: closing is the last word.
    await condition(() => over !== undefined && allHandlersFinished());
    const ended = over!;
    // Older releases answered nothing here, so what they recorded is replayed as it was.
    const closed = (await own.closeIncident({ incidentId, ...ended })) as ClosedIncident | undefined;
    setCurrentDetails(`Closed: ${ended.outcome}.`);
    await getExternalWorkflowHandle(workflowIds.connector(input.connectionId))
      .signal(escalationClosedSignal, { incidentId })
      .catch(() => undefined); // a disconnected connector has ended and needs no word
    if (closed?.tellOver) {
      // What comes back within a while goes on as it was, and nobody was told that it was over.
      if (closed.calmForMs > 0) await condition(() => back, closed.calmForMs);
      if (!back) await tellFurther('over');
    }
    await condition(allHandlersFinished);
    if (!back) return { outcome: ended.outcome };
    back = false;
    if (!isAnswered()) await climb();
  }

  /** Rung by rung, until somebody answers or it is over; what was told is not told again. */
  async function climb(): Promise<void> {
    for (let rung = rungs[0]; rung; rung = rungs[0]) {
      setCurrentDetails(`Rung ${rung.position} of ${input.ladder.length}: telling ${rungWords[rung.tell]}.`);
      if ((await tell(rung)) && (await condition(isAnswered, rung.acknowledgeWithinMs))) break;
      rungs.shift();
    }
    if (!isAnswered()) {
      setCurrentDetails('Nobody acknowledged in time. Acknowledge, take over or resolve the incident through the API.');
      await own.recordIncidentAnswer({ incidentId, answer: 'unanswered', by: 'engine' });
    } else if (!over) setCurrentDetails(`A person has ${answered!.replace('_', ' ')}; waiting for the connection to recover.`);
  }

  /**
   * Whether anybody on the rung could be told. When notices cannot go out at all, the next rung must not wait for them. Where everybody
   * on it sleeps, the rung waits for the first to wake, and its time to acknowledge begins then.
   */
  async function tell(rung: Rung): Promise<boolean> {
    try {
      for (;;) {
        const { told, quietForMs } = await telling.notifyPeople({ ...input, rung });
        if (!quietForMs) return told > 0;
        setCurrentDetails(`Rung ${rung.position} of ${input.ladder.length}: quiet hours of ${rungWords[rung.tell]}.`);
        if (await condition(isAnswered, quietForMs)) return true;
      }
    } catch (error) {
      if (isCancellation(error)) throw error;
      await own.giveUpNotices({ ...input, rung, sentence: readFailure(error).sentence });
      return false;
    }
  }

  /** Whoever sleeps hears it later; of what is no longer so, nobody hears. */
  async function tellFurther(kind: 'over' | 'flapping' | 'pause_ahead' | 'paused'): Promise<void> {
    const isOutdated = () => (kind === 'over' ? back : over !== undefined);
    const { incidentId: id, connectionId, companyId, providerKey } = input;
    for (;;) {
      const { quietForMs } = await tellingFurther.tellFurther({ incidentId: id, connectionId, companyId, providerKey, kind });
      if (!quietForMs || (await condition(isOutdated, quietForMs))) return;
    }
  }
}

type ClosedIncident = { tellOver: boolean; calmForMs: number };

const rungWords: Record<Rung['tell'], string> = {
  owner: 'the owner',
  company_admin: 'the company admin',
  platform_admin: 'the platform admin',
  duty: 'who is on duty',
  platform_duty: 'who is on duty at the platform',
};
