/** What people want written at a provider: its states, and what is done with one when its turn comes. */
import type { ConnectionState } from './connection-state.ts';
import { schedulesRun } from './connection-state.ts';
import type { FailureCode } from './failure.ts';
import type { FieldMapping } from './mapping.ts';
import { applyOutMapping, isSameValue, type FieldValues, type Writable, type WrittenValues } from './out-mapping.ts';
import type { RetryPolicy } from './policy.ts';
import { valueAt } from './raw-value.ts';

export const pushStates = ['waiting', 'sending', 'done', 'failed', 'conflict', 'cancelled'] as const;
export type PushState = (typeof pushStates)[number];

/** Later pushes of the same record wait behind one in these states: what people asked for stays in order. */
export const openPushStates = ['waiting', 'sending', 'failed', 'conflict'] as const satisfies PushState[];

/** In the other states of a connection pushes wait, and go on by themselves afterwards. */
export const takesPushes = (state: ConnectionState): boolean => schedulesRun(state);

export type PushVerdict =
  /** The values stand there already: perhaps by an earlier request whose answer was lost. */
  | { verdict: 'already' }
  | { verdict: 'write'; values: WrittenValues }
  /** Others changed these fields of ours since the person looked. */
  | { verdict: 'conflict'; fields: string[] };

interface Looked {
  /** The provider's record as it is now, and when that version was made. */
  raw: unknown;
  versionMs: number;
  /** In the provider's words. */
  wanted: WrittenValues;
  /** What stood there as far as the person could see, in ours. */
  seen: FieldValues;
  seenVersionMs: number;
  /** A person has looked at what others changed, and wants it written all the same. */
  overwrites: boolean;
}

/**
 * Looks before it writes. A record that is newer than what the person saw is a conflict where a value differs that they saw; a newer
 * version alone is none, because providers touch their records by themselves.
 */
export function judgePush(fields: readonly FieldMapping[], writable: Writable, looked: Looked): PushVerdict {
  const { raw, wanted, seen, versionMs, seenVersionMs, overwrites } = looked;
  const isThere = (name: string, value: string | null) =>
    isSameValue(writable[name]!.kind, valueAt(raw, writable[name]!.path), value);
  const missing = Object.entries(wanted).filter(([name, value]) => !isThere(name, value));
  if (missing.length === 0) return { verdict: 'already' };
  if (versionMs > seenVersionMs && !overwrites) {
    const changed = fields.filter((field) => {
      const value = wordOf(field, writable, seen);
      return value !== undefined && !isThere(field.target, value) && !isDoneAlready(field.target);
    });
    if (changed.length > 0) return { verdict: 'conflict', fields: [...new Set(changed.map(({ source }) => source as string))] };
  }
  return { verdict: 'write', values: Object.fromEntries(missing) };

  function isDoneAlready(name: string): boolean {
    return Object.hasOwn(wanted, name) && isThere(name, wanted[name]!);
  }
}

/** What a value that the person saw is called at the provider; `undefined` where it was not shown or has no word there. */
function wordOf(field: FieldMapping, writable: Writable, seen: FieldValues): string | null | undefined {
  const { source, target } = field;
  if (typeof source !== 'string' || !Object.hasOwn(seen, source)) return undefined;
  if (seen[source] === null) return null;
  const made = applyOutMapping({ fields: [field] }, writable, { [source]: seen[source]! });
  return 'values' in made ? made.values[target] : undefined;
}

/** What a failure makes of a push: it waits, or it is a person's. After `defectsMax` defects of ours a person is told. */
export function afterFailure(code: FailureCode, attempts: number): 'wait' | 'failed' {
  if (code === 'provider_unavailable' || code === 'rate_limited' || code === 'credentials_rejected') return 'wait';
  return code === 'defect' && attempts < defectsMax ? 'wait' : 'failed';
}
const defectsMax = 5;

/** Until the next attempt, in milliseconds; the provider's own word counts where it is longer. */
export function pushWaitMs(attempts: number, { initialMs, factor, maxMs }: RetryPolicy, askedMs = 0): number {
  return Math.max(Math.min(initialMs * factor ** Math.max(attempts - 1, 0), maxMs), askedMs);
}

/** Of the task about one, whose subject is the push. */
export const conflictCause = 'push_conflict';

/** Why a person is asked. */
export const conflictSentence = (providerLabel: string, fields: string[]): string =>
  `${fields.join(', ')} of the record changed at ${providerLabel} after this was asked for, so nothing was overwritten: look at the record, then write it all the same (retry with overwrite) or cancel it.`;
