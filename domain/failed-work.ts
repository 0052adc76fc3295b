/** What can be in the error queue, how each kind is retried, and what mends it. */
import { counted } from './counted.ts';
import { consequences, type FailureCode } from './failure.ts';

export const queueKinds = ['record', 'page', 'event', 'delivery', 'push'] as const;
export type QueueKind = (typeof queueKinds)[number];

export const queueStates = ['pending', 'retrying', 'dead', 'resolved', 'ignored'] as const;
export type QueueState = (typeof queueStates)[number];

/**
 * `event`: the stored event is applied; `run`: the stream is read on; `push`: it takes its turn again; `person`: at the thing itself, where
 * a person decides.
 */
type RetriedBy = 'event' | 'run' | 'push' | 'person';

/** The one table of kinds. `otherwise`: what a person does where a retry is not possible. */
export const kindsOfWork: Record<QueueKind, { retriedBy: RetriedBy; retry: string; otherwise: string }> = {
  record: {
    retriedBy: 'event',
    retry: 'The record is mapped again as it came, and written unless a newer version of it is stored.',
    otherwise: 'A record has no event to apply again: correct its cause, then sync now; resolve or ignore this item.',
  },
  page: {
    retriedBy: 'run',
    retry: 'The stream is read on from the page that failed.',
    otherwise: 'The page belongs to a stream that is no longer synced: resolve or ignore this item.',
  },
  event: {
    retriedBy: 'event',
    retry: 'The stored event is applied again, never over what is newer.',
    otherwise: 'The event is not stored any more: resolve or ignore this item.',
  },
  delivery: {
    retriedBy: 'person',
    retry: 'A message is sent again by a decision at the message, which looks first whether it went out.',
    otherwise: 'A message is decided at the message itself: see its id here.',
  },
  push: {
    retriedBy: 'push',
    retry: 'The push is tried again in its turn, after a look at the record; what others changed since is not overwritten.',
    otherwise: 'The push is over: resolve or ignore this item.',
  },
};

/** What makes another attempt worth it. Only `time` is tried again by itself, up the ladder. */
export const mends = ['time', 'mapping', 'franchise_key', 'credentials', 'permission', 'configuration', 'person'] as const;
export type Mend = (typeof mends)[number];

const byCode: Record<FailureCode, Mend> = {
  provider_unavailable: 'time',
  rate_limited: 'time',
  defect: 'time',
  credentials_rejected: 'credentials',
  permission_missing: 'permission',
  configuration_invalid: 'configuration',
  record_rejected: 'person',
  ambiguous: 'person',
};

/** Where nothing more is known than the code. A message's own workflow has tried for hours; sending it later still is a person's word. */
export function mendOf(kind: QueueKind, code: FailureCode): Mend {
  if (kind === 'delivery') return 'person';
  return kind === 'record' && code === 'record_rejected' ? 'mapping' : byCode[code];
}

const waits: Record<Exclude<Mend, 'time' | 'person'>, string> = {
  mapping: 'Waits for a mapping that fits: publishing one says how many items it mends, and offers to retry them.',
  franchise_key: 'Waits for the franchise key that it names: giving the key retries it by itself.',
  credentials: 'Waits for new credentials: reauthorizing the connection retries it by itself.',
  permission: 'Waits for a person: grant the missing permission at the provider, then retry it.',
  configuration: 'Waits for a person: correct the setting or the mapping that is named, then retry it.',
};

export interface FailedWork {
  kind: QueueKind;
  code: FailureCode;
  state: QueueState;
  mend: Mend;
  attempts: number;
  nextAttemptAt: Date | null;
}

/** What happens next to an item of the queue, and when; for a person. */
export function describeNext({ kind, code, state, mend, attempts, nextAttemptAt }: FailedWork): string {
  if (state === 'resolved' || state === 'ignored') return `Nothing: it is ${state}.`;
  if (state === 'retrying') return 'It is being tried again now.';
  const decides = kind === 'delivery' ? kindsOfWork.delivery.otherwise : consequences[code].ownerAction;
  if (state === 'dead') {
    const asksPerson = decides.startsWith('Nothing yet') ? 'Retry it when its cause is gone, resolve it or ignore it.' : decides;
    return `It failed ${counted(attempts, 'time')} and is not tried again by itself. ${asksPerson}`;
  }
  if (nextAttemptAt)
    return `It is tried again by itself at ${nextAttemptAt.toISOString()}; while the connection is paused, when it is resumed.`;
  return mend === 'time' || mend === 'person' ? `Waits for a person. ${decides}` : waits[mend];
}

/**
 * What is alike in sentences of one cause, without the values that differ from record to record: what is quoted, numbers and ids.
 * Items of the same kind, code and likeness failed for the same reason.
 */
export function likenessOf(sentence: string): string {
  return sentence
    .replace(/"[^"]*"|“[^”]*”/g, '"…"')
    .replace(/\b(?=\w*\d)[\w-]{6,}\b/g, '…')
    .replace(/\d+/g, '…');
}
