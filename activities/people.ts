/** Tells people about an incident, and writes down what they answered. */
import { Context } from '@temporalio/activity';
import type { User } from '../db/app/stores/users.ts';
import { calmFor } from '../domain/flapping.ts';
import type { Failure } from '../domain/failure.ts';
import { furtherNotice, openedNotice } from '../domain/incident-notice.ts';
import { noticeAttemptsMax, type NoticeChannel, type NoticeKind } from '../domain/notice.ts';
import type { Rung } from '../domain/policy.ts';
import { passesQuietHours, quietForMs } from '../domain/reaching.ts';
import { ownerOf, peopleOn, peopleTold } from './audience.ts';
import type { ActivityDeps, ConnectionRef } from './deps.ts';
import { asActivityFailure, failWith } from './failures.ts';
import { pauseAheadSubject, pausedSubject } from './pause-failing.ts';
import { tell, type Telling } from './tell.ts';

interface NoticeInput extends ConnectionRef {
  incidentId: string;
  rung: Rung;
}
/** `quietForMs`: nobody could be told now, and in so many milliseconds the first of them is to be disturbed again. */
interface ToldPeople {
  told: number;
  quietForMs?: number;
}
type FurtherKind = Exclude<NoticeKind, 'opened'>;

export function peopleActivities(deps: ActivityDeps) {
  const { app } = deps;

  return {
    /**
     * Tells the people of one rung, each once, however often this is repeated. `told` is how many could be reached. Whoever sleeps is
     * told later, if nobody else on the rung was.
     */
    async notifyPeople({ incidentId, rung, ...ref }: NoticeInput): Promise<ToldPeople> {
      const scene = await sceneOf(incidentId);
      const { people, isRoster } = await peopleOn(deps, rung, ref);
      const answer = await tellEach(
        scene,
        people.map((person) => ({ person, first: rung.channel })),
        {
          kind: 'opened',
          rung: rung.position,
          firstIsEnough: isRoster,
          mayDisturb: isRoster,
          noticeFor: (person) =>
            openedNotice({ incident: scene.incident, label: scene.label, userId: person.id, rung, publicUrl: deps.publicUrl }),
        },
      );
      if (answer.told === 0 && answer.quietForMs === undefined)
        await nobodyTold({ ...ref, incidentId, rung }, scene.incident.sentence);
      return answer;
    },

    /** Tells those who were told of an incident what became of it; of a pause, the owner too. Each once. */
    async tellFurther({
      incidentId,
      connectionId,
      kind,
    }: ConnectionRef & { incidentId: string; kind: FurtherKind }): Promise<ToldPeople> {
      const scene = await sceneOf(incidentId);
      const told = await peopleTold(deps, scene.alerts);
      const isOfPause = kind === 'pause_ahead' || kind === 'paused';
      const owners = isOfPause ? await ownerOf(deps, connectionId) : [];
      const others = owners.filter(({ id }) => told.every(({ person }) => person.id !== id));
      const asked = isOfPause ? await app.tasks.openAsked(subjectOf[kind](connectionId)) : null;
      if (isOfPause && !asked) return { told: 0 }; // it was settled meanwhile
      // Of what can happen again, each time is told once.
      const time = asked?.before ?? (kind === 'over' ? scene.incident.reopened : 0);
      const people = [
        ...told.map(({ person, over }) => ({ person, first: over })),
        ...others.map((person) => ({ person, first: undefined })),
      ];
      return tellEach(scene, people, {
        kind,
        rung: time,
        firstIsEnough: false,
        mayDisturb: false,
        noticeFor: (person) =>
          furtherNotice({
            ...scene,
            kind,
            time,
            userId: person.id,
            text: asked?.sentence ?? '',
            publicUrl: deps.publicUrl,
            flapping: scene.policy.flapping,
          }),
      });
    },

    /** Notices could not go out, however often they were tried: the alerts say so, and a task stands in for them. */
    async giveUpNotices({ sentence, ...notice }: NoticeInput & { sentence: string }): Promise<void> {
      for (const alert of await app.incidents.alerts(notice.incidentId))
        if (alert.kind === 'opened' && alert.rung === notice.rung.position && alert.state === 'claimed')
          await app.incidents.alertFailed(alert.id, sentence);
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

    /** `tellOver`: people were told of it and shall hear that it has recovered, when it has stayed well for `calmForMs`. */
    async closeIncident(input: {
      incidentId: string;
      outcome: 'recovered' | 'resolved';
      by: string;
      note: string;
    }): Promise<{ tellOver: boolean; calmForMs: number }> {
      const { incidentId, outcome, by, note } = input;
      const { connectionId, flappingSince } = await app.incidents.close(incidentId, outcome, by, note);
      if (outcome !== 'recovered') return { tellOver: false, calmForMs: 0 };
      await app.tasks.completeBySubject(pauseAheadSubject(connectionId), 'The connection recovered.', by);
      const { policy } = await app.connections.settings(connectionId);
      const told = await peopleTold(deps, await app.incidents.alerts(incidentId));
      return { tellOver: told.length > 0, calmForMs: calmFor({ flapping: flappingSince !== null }, policy.flapping) };
    },
  };

  async function sceneOf(incidentId: string) {
    const incident = await app.incidents.find(incidentId);
    if (!incident) throw failWith('defect', `The incident ${incidentId} is gone, though its workflow lives.`);
    const { label, id: connectionId, companyId } = await app.connections.get(incident.connectionId);
    const { policy } = await app.connections.settings(connectionId);
    return { incident, label, policy, about: { connectionId, companyId }, alerts: await app.incidents.alerts(incidentId) };
  }

  interface Round {
    kind: NoticeKind;
    rung: number;
    firstIsEnough: boolean;
    mayDisturb: boolean;
    noticeFor(person: User): Telling['notice'];
  }

  async function tellEach(
    { incident, policy, about, alerts }: Awaited<ReturnType<typeof sceneOf>>,
    people: { person: User; first: NoticeChannel | undefined }[],
    { kind, rung, firstIsEnough, mayDisturb, noticeFor }: Round,
  ): Promise<ToldPeople> {
    const disturbs = mayDisturb || passesQuietHours(incident.cause, policy);
    const isLastAttempt = Context.current().info.attempt >= noticeAttemptsMax;
    let told = 0;
    let retry: Failure | null = null;
    const asleepForMs: number[] = [];
    for (const { person, first } of people) {
      const settings = await app.noticeSettings.read(person);
      const quietMs = disturbs ? 0 : quietForMs({ notices: settings }, deps.now().getTime());
      if (quietMs > 0) {
        asleepForMs.push(quietMs);
        continue;
      }
      const notice = noticeFor(person);
      const answer = await tell(deps, {
        incidentId: incident.id,
        kind,
        rung,
        person,
        settings,
        first,
        notice,
        about,
        alerts,
        isLastAttempt,
      });
      if (answer.told) told += 1;
      else retry ??= answer.retry;
      if (answer.told && firstIsEnough) break;
    }
    // Whoever was told is not told again when this is repeated.
    if (retry && (!isLastAttempt || (told === 0 && kind === 'opened'))) throw asActivityFailure(retry);
    const waits = asleepForMs.length > 0 && (told === 0 || kind !== 'opened');
    return { told, ...(waits && { quietForMs: Math.min(...asleepForMs) }) };
  }

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
}

const subjectOf = { pause_ahead: pauseAheadSubject, paused: pausedSubject };
