/**
 * What the watch outside of Temporal looks for, and what it tells people. It stands in the API's processes, of which one watches at a
 * time, and asks the rows and the clock alone, so that it notices silence when nothing else runs.
 */
import { staleSentence } from './card.ts';
import { counted } from './counted.ts';
import type { Notice } from './notice.ts';

export interface WatchPolicy {
  /** From one look to the next: a stale connection is noticed within it. */
  everyMs: number;
  /** When the process that watches dies, another takes over after this; several looks long, so that a slow one keeps its turn. */
  leaseMs: number;
  /** Temporal, or the workers, are missed for this long before anybody is told: restarts take a moment. */
  missedMs: number;
  /** When nobody could be reached, or all have quiet hours, it is tried again after this, for a day. */
  tellAgainMs: number;
  triesMax: number;
}

export const watchPolicy: WatchPolicy = {
  everyMs: 30_000,
  leaseMs: 90_000,
  missedMs: 120_000,
  tellAgainMs: 300_000,
  triesMax: 288,
};

/** What is wrong now. One episode of it lasts from when it is first found until it is found no more. */
export interface Finding {
  /** A connection's id, or the part of the platform. */
  subject: string;
  /** `null` for the platform's own. */
  connection: { id: string; companyId: string; label: string; providerKey: string } | null;
  sentence: string;
}

export interface StaleFacts {
  id: string;
  companyId: string;
  label: string;
  providerKey: string;
  lastSuccessAt: Date | null;
  freshWithinS: number;
}

export function staleFinding({ id, companyId, label, providerKey, lastSuccessAt, freshWithinS }: StaleFacts): Finding {
  const since = staleSentence(lastSuccessAt?.toISOString() ?? null);
  const minutes = Math.round(freshWithinS / 60);
  return {
    subject: id,
    connection: { id, companyId, label, providerKey },
    sentence: `${label}: ${since} A good run is expected within ${counted(minutes, 'minute')}.`,
  };
}

export const platformParts = { temporal: 'temporal', workers: 'workers' } as const;

/** How long each part has been missed, in milliseconds; 0 while it is there. `queues`: those that nobody serves. */
export interface PlatformFacts {
  temporalMissedMs: number;
  workersMissedMs: number;
  queues: string[];
}

/** Without Temporal nobody can be seen to serve its queues, and there is one thing to do. */
export function platformFindings({ temporalMissedMs, workersMissedMs, queues }: PlatformFacts, policy: WatchPolicy): Finding[] {
  if (temporalMissedMs > policy.missedMs)
    return [
      {
        subject: platformParts.temporal,
        connection: null,
        sentence: 'Temporal does not answer: no sync, message or escalation goes on until it does. Events are stored meanwhile.',
      },
    ];
  if (temporalMissedMs === 0 && workersMissedMs > policy.missedMs)
    return [
      {
        subject: platformParts.workers,
        connection: null,
        sentence: `No worker serves the queues ${queues.join(', ')}: what is planned there waits. Start the workers.`,
      },
    ];
  return [];
}

/** Which episodes begin, and which are over. */
export function judgeEpisodes(found: Finding[], open: { subject: string }[]): { begun: Finding[]; over: string[] } {
  const [now, before] = [found, open].map((each) => new Set(each.map(({ subject }) => subject))) as [Set<string>, Set<string>];
  return {
    begun: found.filter(({ subject }) => !before.has(subject)),
    over: open.map(({ subject }) => subject).filter((subject) => !now.has(subject)),
  };
}

/** Findings that people hear of together: an outage of ours makes many connections of a company stale at once. */
export function byCompany(findings: Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = finding.connection?.companyId ?? '';
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()];
}

const namedMax = 3;

/** Of findings that are told together. The id is that of their first episode, so that receivers can drop repeats. */
export function watchNotice(findings: Finding[], openedAt: Date, publicUrl: string): Notice {
  const [{ connection, subject, sentence }] = findings as [Finding];
  const id = `watch-${subject}-${openedAt.getTime()}`;
  if (!connection)
    return {
      id,
      kind: 'platform',
      subject: 'the platform',
      happened: findings.map((finding) => finding.sentence).join(' '),
      next: 'You are told once; the log and the metrics go on telling.',
      todo: 'Look at the Temporal server and at the worker processes.',
      link: `${publicUrl}/readyz`,
      reply: null,
    };
  const labels = findings.map((finding) => finding.connection!.label);
  const more = labels.length > namedMax ? ` and ${labels.length - namedMax} more` : '';
  const isOne = labels.length === 1;
  return {
    id,
    kind: 'stale',
    subject: isOne ? connection.label : `${labels.length} connections`,
    happened: isOne
      ? sentence
      : `${labels.length} connections have not been updated in time: ${labels.slice(0, namedMax).join(', ')}${more}.`,
    next: 'Clients see the last good value, marked as stale.',
    todo: 'Look at the connection’s health for the reason; nothing is to be done when a run has succeeded meanwhile.',
    link: isOne ? `${publicUrl}/v1/connections/${connection.id}` : `${publicUrl}/v1/companies/${connection.companyId}/health`,
    reply: null,
  };
}
