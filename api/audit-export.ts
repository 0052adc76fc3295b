import { z } from 'zod';
import type { By } from '../db/app/stores/audit.ts';
import type { ExportLine } from '../db/app/verify-export.ts';
import type { Deps } from './deps.ts';
import { invalid } from './errors.ts';
import { idSchema, moment } from './schemas.ts';

const hash = z.string();
const mark = z.object({ sequence: z.number(), hash });
const facts = z.record(z.string(), z.unknown());

/** Everything that the hashes cover, so that the file verifies by itself. */
export const exportLineSchema = z
  .discriminatedUnion('line', [
    z.object({
      line: z.literal('begin'),
      chain: z.string().meta({ description: 'The company’s id, or platform.' }),
      from: moment,
      to: moment,
      after: mark.meta({ description: 'The entry before the first one here.' }),
    }),
    z.object({
      line: z.literal('entry'),
      form: z.number().meta({ description: 'What the hash covers.' }),
      sequence: z.number(),
      companyId: z.string().nullable(),
      actor: z.string(),
      action: z.string(),
      subject: z.string(),
      outcome: z.enum(['asked', 'done', 'refused']),
      detail: facts,
      from: z.string().nullable(),
      at: moment,
      personalHash: hash.nullable(),
      personal: z
        .object({
          salt: z.string(),
          body: z.object({ from: z.string().optional(), before: facts.optional(), after: facts.optional() }),
        })
        .nullable()
        .meta({ description: 'Address, before and after; null when there was none, or when it was erased.' }),
      erased: z
        .object({ seal: z.string(), version: z.number() })
        .nullable()
        .meta({ description: 'What an erasure left in place of the personal part; the platform’s key proves it.' }),
      previousHash: hash,
      hash,
    }),
    z.object({ line: z.literal('end'), entries: z.number(), head: mark }),
  ])
  .meta({ id: 'AuditExportLine' });

export const exportQuery = {
  from: z.iso.datetime({ offset: true }).meta({ description: 'First moment of the period, included.' }),
  to: z.iso.datetime({ offset: true }).meta({ description: 'Last moment of the period, not included.' }),
  companyId: idSchema('comp'),
};

/** The export is told in the chain before its first line goes out. */
export async function exportAudit(
  { stores }: Pick<Deps, 'stores'>,
  { companyId, ...period }: { companyId: string | null; from: string; to: string },
  by: By,
): Promise<AsyncIterable<ExportLine>> {
  const [from, to] = [new Date(period.from), new Date(period.to)];
  if (from >= to) throw invalid([{ path: 'to', message: 'Must lie behind "from".' }]);
  const chain = companyId ?? 'platform';
  const detail = { from: from.toISOString(), to: to.toISOString() };
  await stores.audit.append({ ...by, companyId, action: 'audit.export', subject: chain, outcome: 'done', detail });
  return lines();

  async function* lines(): AsyncGenerator<ExportLine> {
    const range = await stores.audit.period(chain, from, to);
    let head = range?.after ?? { sequence: 0, hash: '0'.repeat(64) };
    yield { line: 'begin', chain, ...detail, after: head };
    let entries = 0;
    if (range)
      for await (const row of stores.audit.walk(chain, range)) {
        yield { line: 'entry', ...row, at: row.at.toISOString() };
        head = { sequence: row.sequence, hash: row.hash };
        entries += 1;
      }
    yield { line: 'end', entries, head };
  }
}
