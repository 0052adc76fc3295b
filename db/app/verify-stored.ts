import type { AuditAnchorStore } from './stores/audit-anchors.ts';
import type { AuditStore } from './stores/audit.ts';
import type { ChainMark, Verified } from './verify-chain.ts';

interface Stores {
  audit: AuditStore;
  auditAnchors: AuditAnchorStore;
}

/** A chain from its start, against the anchors that the database has of it, and those that were kept elsewhere. */
export async function verifyStored(
  { audit, auditAnchors }: Stores,
  chain: string,
  kept: readonly ChainMark[] = [],
): Promise<Verified> {
  const stored = await auditAnchors.list(chain);
  for (const anchor of stored) {
    if (await auditAnchors.isOurs(anchor)) continue;
    const { sequence } = anchor;
    const sentence = `The anchor of entry ${sequence} was edited, or another platform key made it.`;
    return { entries: 0, erased: 0, finding: { sequence, kind: 'edited', entry: null, sentence } };
  }
  return audit.verify(chain, merge(stored, kept));
}

/** In order. Two that disagree both stand: one of them then differs from the entry. */
function merge(stored: readonly ChainMark[], kept: readonly ChainMark[]): ChainMark[] {
  return [...stored, ...kept].toSorted((a, b) => a.sequence - b.sequence);
}
