/** The words in which people are told about an incident: what happened, to which connection, what happens next, what to do. */
import { consequences, type FailureCode } from './failure.ts';
import type { FlappingPolicy } from './flapping.ts';
import type { Notice, NoticeKind } from './notice.ts';
import type { Rung } from './policy.ts';
import type { Streak, Thresholds } from './thresholds.ts';

interface Told {
  incident: { id: string; cause: FailureCode; sentence: string };
  /** The connection's label. */
  label: string;
  userId: string;
  rung: Pick<Rung, 'position' | 'acknowledgeWithinMs'>;
  publicUrl: string;
}

/** What names an incident in a reply to an SMS: short enough to type, and random enough among the few that one person was told of. */
export const replyCode = (incidentId: string): string => incidentId.slice(-6).toUpperCase();

/** The rung is part of the text, so that each notice can be found again by it. */
export function openedNotice({ incident, label, userId, rung, publicUrl }: Told): Notice {
  const { position, acknowledgeWithinMs } = rung;
  return {
    id: `${incident.id}-opened-${position}-${userId}`,
    kind: 'opened',
    subject: label,
    happened: led(label, incident.sentence),
    next: `This is notice ${position}; without an acknowledgement in ${inWords(acknowledgeWithinMs)} the next person is told, if there is one.`,
    todo: consequences[incident.cause].ownerAction,
    link: incidentLink(publicUrl, incident.id),
    reply: `ACK ${replyCode(incident.id)}`,
  };
}

interface Further {
  kind: Exclude<NoticeKind, 'opened'>;
  incident: { id: string };
  /** The how-manieth of its kind. */
  time: number;
  label: string;
  userId: string;
  /** What the owner's task about a pause says. */
  text: string;
  publicUrl: string;
  flapping: FlappingPolicy;
}

/** What is told later, to those who know of the incident. Its text is the same however often it is asked for, so that it can be found again. */
export function furtherNotice({ kind, incident, time, label, userId, text, publicUrl, flapping }: Further): Notice {
  const words: Record<Further['kind'], Pick<Notice, 'happened' | 'next' | 'todo'>> = {
    over: { happened: `${label}: it is over, the connection delivers again.`, next: '', todo: 'Nothing to do.' },
    flapping: {
      happened: `${label}: it fails, recovers and fails again, at least ${flapping.timesMax} times within ${inWords(flapping.windowMs)}.`,
      next: `From now on that is one incident: you hear of it when it has stayed well for ${inWords(flapping.steadyForMs)}.`,
      todo: 'Look for what comes and goes: a limit, a network, an unstable service at the provider.',
    },
    pause_ahead: { happened: text, next: '', todo: '' },
    paused: { happened: text, next: '', todo: '' },
  };
  return {
    id: `${incident.id}-${kind}-${time}-${userId}`,
    kind,
    subject: label,
    ...words[kind],
    link: incidentLink(publicUrl, incident.id),
    reply: null,
  };
}

interface Failing {
  label: string;
  cause: FailureCode;
  streak: Streak;
}

/** When it will be paused, and how to avoid it. */
export function pauseAheadSentence({
  label,
  cause,
  streak,
  pauseAtMs,
  thresholds: { pause },
}: Failing & { pauseAtMs: number; thresholds: Thresholds }): string {
  return `${label}: all runs since ${minute(streak.sinceMs!)} failed, ${streak.failures} in a row. After ${pause.failures} failures over ${inWords(pause.forMs)} it is paused, not before ${minute(pauseAtMs)}: nothing more is fetched then, and what the provider sends is stored. To avoid it: ${consequences[cause].ownerAction} One good run ends this.`;
}

export function pausedSentence({ label, cause, streak }: Failing): string {
  return `${label}: it was paused, because all ${streak.failures} runs since ${minute(streak.sinceMs!)} failed. Nothing is lost: what the provider sends is stored, and fetching goes on where it stopped. ${consequences[cause].ownerAction} Then resume the connection.`;
}

const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

export const incidentLink = (publicUrl: string, incidentId: string): string => `${publicUrl}/incidents/${incidentId}`;

/** Most sentences begin with the connection's label, as the incident keeps them. */
const led = (label: string, sentence: string): string => (sentence.startsWith(label) ? sentence : `${label}: ${sentence}`);

const units: [ms: number, name: string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** The largest unit that divides it well: `15 minutes`, `4 days`. */
export function inWords(ms: number): string {
  const [unit, name] = units.find(([each]) => ms >= each && ms % each === 0) ??
    units.find(([each]) => ms >= each) ?? [1_000, 'second'];
  const count = Math.max(1, Math.round(ms / unit));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
