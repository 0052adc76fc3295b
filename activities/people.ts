/** Tells people about an incident, and writes down what they answered. */
import { consequences, type FailureCode } from '../domain/failure.ts';
import type { Rung } from '../domain/policy.ts';
import type { User } from '../db/app/stores/users.ts';
import type { Incident } from '../db/app/stores/incidents.ts';
import type { ActivityDeps, ConnectionRef, Notifier } from './deps.ts';
import { callProvider, failWith } from './provider-call.ts';

interface NoticeInput extends ConnectionRef {
  incidentId: string;
  rung: Rung;
}

export function peopleActivities(deps: ActivityDeps) {
  const { app } = deps;

  return {
    /** Tells everybody on one rung, each once, however often this is repeated. `told` is how many could be reached. */
    async notifyPeople({ incidentId, companyId, connectionId, rung }: NoticeInput): Promise<{ told: number }> {
      const incident = await app.incidents.find(incidentId);
      if (!incident) throw failWith('defect', `The incident ${incidentId} is gone, though its workflow lives.`);
      let told = 0;
      for (const person of await peopleOn(rung, companyId, connectionId)) if (await tell(incident, rung, person)) told += 1;
      if (told === 0) await nobodyTold({ companyId, connectionId, incidentId, rung }, incident.sentence);
      return { told };
    },

    /** Notices could not go out, however often they were tried: the alerts say so, and a task stands in for them. */
    async giveUpNotices({ sentence, ...notice }: NoticeInput & { sentence: string }): Promise<void> {
      for (const alert of await app.incidents.alerts(notice.incidentId))
        if (alert.rung === notice.rung.position && alert.state !== 'sent') await app.incidents.alertFailed(alert.id, sentence);
      await nobodyTold(notice, sentence);
    },

    async recordIncidentAnswer(input: {
      incidentId: string;
      answer: 'acknowledged' | 'taken_over' | 'unanswered';
      by: string;
    }): Promise<void> {
      const { incidentId, answer, by } = input;
      if (answer === 'acknowledged') await app.incidents.acknowledge(incidentId, by);
      else if (answer === 'taken_over') await app.incidents.takeOver(incidentId, by);
      else await app.incidents.unanswered(incidentId);
    },

    async closeIncident(input: {
      incidentId: string;
      outcome: 'recovered' | 'resolved';
      by: string;
      note: string;
    }): Promise<void> {
      await app.incidents.close(input.incidentId, input.outcome, input.by, input.note);
    },
  };

  async function nobodyTold(
    { companyId, connectionId, incidentId, rung }: Omit<NoticeInput, 'providerKey'>,
    why: string,
  ): Promise<void> {
    const { label } = await app.connections.get(connectionId);
    await app.tasks.open({
      companyId,
      connectionId,
      cause: 'nobody_to_tell',
      subject: `${incidentId}:${rung.position}`,
      sentence: `${label}: nobody could be told about an incident on rung ${rung.position} (${rung.tell}): give that person a phone number, name another, or tell them yourself. ${why}`,
    });
  }

  async function peopleOn({ tell: who }: Rung, companyId: string, connectionId: string): Promise<User[]> {
    if (who === 'platform_admin') return app.users.withRole(null, 'platform_admin');
    if (who === 'company_admin') return app.users.withRole(companyId, 'company_admin');
    const { ownerUserId } = await app.connections.get(connectionId);
    const owner = ownerUserId && (await app.users.find(ownerUserId));
    return owner ? [owner] : [];
  }

  /** Claims the notice before the request, and looks before it is sent again: one SMS for each rung and person. */
  async function tell(incident: Incident, rung: Rung, person: User): Promise<boolean> {
    const notice = await app.incidents.claimAlert({
      incidentId: incident.id,
      rung: rung.position,
      userId: person.id,
      channel: rung.channel,
    });
    if (notice.state === 'sent') return true;
    if (!deps.notifier || !person.phone) {
      await app.incidents.alertFailed(
        notice.alertId,
        deps.notifier
          ? 'The person has no phone number: enter one, or name another person.'
          : 'The platform has no sender for notices: set the NOTIFY_TWILIO_ variables.',
      );
      return false;
    }
    const provider = deps.getProvider(deps.notifier.providerKey);
    const action = provider.sendMessage!;
    const context = noticeContext(deps, deps.notifier, incident);
    const message = { from: deps.notifier.from, to: person.phone, body: noticeText(incident, rung), statusCallbackUrl: null };
    const earlier = notice.first ? [] : await callProvider(provider, () => action.find(context, message, notice.elapsedMs));
    try {
      const sent = earlier[0] ?? (await callProvider(provider, () => action.send(context, message)));
      await app.incidents.alertSent(notice.alertId, { externalId: sent.externalId });
      return true;
    } catch (error) {
      const code = (error as { type?: FailureCode }).type;
      if (code && consequences[code]?.retryable) throw error;
      await app.incidents.alertFailed(notice.alertId, (error as Error).message);
      return false;
    }
  }
}

function noticeContext(deps: ActivityDeps, notifier: Notifier, { companyId, connectionId }: Incident) {
  const provider = deps.getProvider(notifier.providerKey);
  return { http: deps.httpFor(provider, { connectionId, companyId }), credentials: notifier.credentials, settings: {} };
}

/** The incident's id and rung make each notice's text its own, so that it can be found again. */
function noticeText(incident: Incident, rung: Rung): string {
  return `Linkwright: ${incident.sentence} Acknowledge incident ${incident.id} (notice ${rung.position}).`;
}
