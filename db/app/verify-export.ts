import type { AuditRow } from './stores/audit.ts';
import { verifyChain, type ChainMark, type Verified } from './verify-chain.ts';

/** The lines of an export, in this order. Each names what it is in `line`. */
export type ExportLine =
  | { line: 'begin'; chain: string; from: string; to: string; after: ChainMark }
  | ({ line: 'entry' } & Omit<AuditRow, 'at'> & { at: string })
  | { line: 'end'; entries: number; head: ChainMark };

export class BadExport extends Error {
  override name = 'BadExport';
}

/** An export proves itself: its entries are hashed and linked, and its last line says where it ends. Throws `BadExport`. */
export async function verifyExport(
  lines: AsyncIterable<string>,
  anchors: Map<string, ChainMark[]>,
): Promise<Verified & { chain: string }> {
  const parsed = parseLines(lines);
  const first = await parsed.next();
  if (first.done || first.value.line !== 'begin') throw new BadExport('The file does not begin like an export of the audit log.');
  const { chain, after } = first.value;
  const head: ChainMark = { ...after };
  const ended = { is: false };
  async function* rows(): AsyncGenerator<AuditRow> {
    for await (const line of parsed) {
      if (line.line === 'end') {
        ended.is = true;
        Object.assign(head, line.head);
      } else if (line.line === 'entry' && !ended.is) yield { ...line, at: new Date(line.at) };
      else throw new BadExport('The file goes on behind its last line: two exports stand in it, or it was edited.');
    }
    if (!ended.is) throw new BadExport('The file ends early: its last line is missing. Export it again.');
  }
  // The head is filled in by the last line, which is read before it is compared.
  return { chain, ...(await verifyChain({ rows: rows(), after, head, anchors: anchors.get(chain) ?? [], isPart: true })) };
}

async function* parseLines(lines: AsyncIterable<string>): AsyncGenerator<ExportLine> {
  let number = 0;
  for await (const text of lines) {
    number += 1;
    if (text === '') continue;
    try {
      yield JSON.parse(text) as ExportLine;
    } catch {
      throw new BadExport(`Line ${number} of the file is no JSON.`);
    }
  }
}
