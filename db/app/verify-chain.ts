import { hashOf, personalHash } from './audit-chain.ts';
import type { ErasedPart } from './erased-entry.ts';
import type { AuditRow } from './stores/audit.ts';

/** A place in a chain and the hash that it had at some time. */
export interface ChainMark {
  sequence: number;
  hash: string;
}

/** The first thing that does not fit. */
export interface Finding {
  sequence: number;
  kind: 'edited' | 'removed' | 'inserted' | 'rewritten';
  /** What the entry says now: when, who and what; `null` when it is not there. */
  entry: Pick<AuditRow, 'at' | 'actor' | 'action' | 'subject'> | null;
  sentence: string;
}

export interface Verified {
  entries: number;
  /** Entries whose personal part was erased. */
  erased: number;
  finding: Finding | null;
}

const start: ChainMark = { sequence: 0, hash: '0'.repeat(64) };

/**
 * Walks a chain once, in order, with memory for two entries. `after` is the entry before the first row, `head` what the chain's head
 * says, `anchors` (in order) what the chain was at earlier times: whoever edits an entry and makes all hashes behind it anew is seen by
 * them alone.
 */
export async function verifyChain(input: {
  rows: AsyncIterable<AuditRow>;
  after?: ChainMark;
  head: ChainMark;
  anchors: ChainMark[];
  /** The rows are a part of the chain: anchors of later entries say nothing of them. */
  isPart?: boolean;
  /** Whether it was an erasure of this platform that took the entry's personal part; absent where its key is not at hand. */
  isErasure?(row: AuditRow, erased: ErasedPart): Promise<boolean>;
}): Promise<Verified> {
  let last = input.after ?? start;
  let beforeLast: ChainMark | null = null;
  const counts = { entries: 0, erased: 0 };
  const anchors = input.anchors.filter(({ sequence }) => sequence > last.sequence).values();
  let anchor = anchors.next();
  const found = (finding: Finding): Verified => ({ ...counts, finding });

  for await (const row of input.rows) {
    const finding = linkFault(row, last, beforeLast) ?? contentFault(row);
    if (finding) return found(finding);
    while (!anchor.done && anchor.value.sequence === row.sequence) {
      if (anchor.value.hash !== row.hash) return found(rewritten(row));
      anchor = anchors.next();
    }
    counts.entries += 1;
    if (row.erased) {
      counts.erased += 1;
      if (input.isErasure && !(await input.isErasure(row, row.erased))) return found(notOurs(row));
    }
    [beforeLast, last] = [last, { sequence: row.sequence, hash: row.hash }];
  }

  const end = [input.head, ...(anchor.done || input.isPart ? [] : [anchor.value])].find(
    ({ sequence }) => sequence > last.sequence,
  );
  if (end) return found(cutOff(last.sequence + 1, end.sequence));
  if (input.head.sequence < last.sequence)
    return found({
      sequence: last.sequence,
      kind: 'inserted',
      entry: null,
      sentence: `Entry ${last.sequence} was added past the chain's head, which is at ${input.head.sequence}.`,
    });
  if (input.head.hash !== last.hash)
    return found({
      sequence: last.sequence,
      kind: 'edited',
      entry: null,
      sentence: `The chain's head says another hash than its last entry ${last.sequence}: one of them was edited.`,
    });
  return { ...counts, finding: null };
}

function linkFault(row: AuditRow, last: ChainMark, beforeLast: ChainMark | null): Finding | null {
  const { sequence } = row;
  if (sequence > last.sequence + 1) return cutOff(last.sequence + 1, sequence - 1);
  if (sequence < last.sequence + 1)
    return { sequence, kind: 'inserted', entry: row, sentence: `Entry ${sequence} stands after entry ${last.sequence}.` };
  if (row.previousHash === last.hash) return null;
  // The entry continues the one before the last: the last one was put in between, and the rest moved up.
  if (beforeLast && row.previousHash === beforeLast.hash)
    return {
      sequence: last.sequence,
      kind: 'inserted',
      entry: null,
      sentence: `Entry ${last.sequence} was inserted: the one behind it continues entry ${beforeLast.sequence}.`,
    };
  return {
    sequence,
    kind: 'edited',
    entry: row,
    sentence: `Entry ${sequence} does not continue entry ${last.sequence}: one of them was edited or replaced.`,
  };
}

function contentFault(row: AuditRow): Finding | null {
  const { sequence, personal } = row;
  const edited = (sentence: string): Finding => ({ sequence, kind: 'edited', entry: row, sentence });
  if (!row.erased && (row.form === 0 || (row.personalHash !== null && personal === null)))
    return edited(`The personal part of entry ${sequence} (address, before, after) is gone, and it was no erasure that took it.`);
  // Of an erased entry of form 1 the hash covers more than is left; the erasure's own seal covers the rest.
  if (row.form === 0) return null;
  if (hashOf(row, Buffer.from(row.previousHash, 'hex')).toString('hex') !== row.hash)
    return edited(`Entry ${sequence} says something else than what was hashed: it was edited or replaced.`);
  if (personal && personalHash(personal) !== row.personalHash)
    return edited(`The personal part of entry ${sequence} (address, before, after) was edited.`);
  return null;
}

const notOurs = (row: AuditRow): Finding => ({
  sequence: row.sequence,
  kind: 'edited',
  entry: row,
  sentence: `Entry ${row.sequence} claims to be erased, and no erasure of this platform says so: it was edited.`,
});

const cutOff = (first: number, lastOne: number): Finding => ({
  sequence: first,
  kind: 'removed',
  entry: null,
  sentence: first === lastOne ? `Entry ${first} was removed.` : `Entries ${first} to ${lastOne} were removed.`,
});

const rewritten = (row: AuditRow): Finding => ({
  sequence: row.sequence,
  kind: 'rewritten',
  entry: row,
  sentence: `Entry ${row.sequence} has another hash than when it was anchored: it, or an entry before it, was edited and all hashes were made anew.`,
});
