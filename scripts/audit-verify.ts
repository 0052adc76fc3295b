/**
 * Walks the audit chains and names the first entry of each that was edited, removed or inserted; the exit code is then 1.
 *   --company <id>      only that company's chain (`platform` for the platform's own)
 *   --anchors <file>    also against anchors that were kept elsewhere, as `npm run audit:anchors` printed them
 *   --file <export>     verifies an export (NDJSON) by itself, without the database
 */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { AuditAnchor } from '../db/app/stores/audit-anchors.ts';
import type { AppStores } from '../db/app/stores/index.ts';
import type { Verified } from '../db/app/verify-chain.ts';
import { verifyExport } from '../db/app/verify-export.ts';
import { verifyStored } from '../db/app/verify-stored.ts';
import { withAppStores } from './open-app.ts';
import { orExplain } from './or-explain.ts';

const chainsInPage = 500;

await orExplain(async () => {
  const { values } = parseArgs({
    options: { company: { type: 'string' }, anchors: { type: 'string' }, file: { type: 'string' } },
  });
  const kept = values.anchors === undefined ? new Map<string, AuditAnchor[]>() : await readAnchors(values.anchors);
  const total = { chains: 0, entries: 0, erased: 0, broken: 0 };
  const tell = (chain: string, { entries, erased, finding }: Verified) => {
    total.chains += 1;
    total.entries += entries;
    total.erased += erased;
    if (!finding) return;
    total.broken += 1;
    const { kind, sentence, entry } = finding;
    console.log(`${chain} ${kind}: ${sentence}`);
    if (entry) console.log(`  It says now: ${entry.at.toISOString()} ${entry.actor} ${entry.action} ${entry.subject}`);
  };

  if (values.file !== undefined) {
    const verified = await verifyExport(linesOf(values.file), kept);
    tell(verified.chain, verified);
  } else {
    await withAppStores(async (stores) => {
      for await (const chain of values.company === undefined ? everyChain(stores, kept) : [values.company])
        tell(chain, await verifyStored(stores, chain, kept.get(chain) ?? []));
    });
  }
  const { chains, entries, erased, broken } = total;
  const unproved = values.file !== undefined && erased > 0 ? ' (which a file alone does not prove)' : '';
  console.log(
    `${chains} chains with ${entries} entries, ${erased} of them erased${unproved}: ${broken === 0 ? 'all fit' : `${broken} do not fit`}.`,
  );
  if (broken > 0) process.exitCode = 1;
});

/** Also those that only a kept anchor knows of: a chain may have been removed as a whole. */
async function* everyChain({ audit }: AppStores, kept: Map<string, unknown>): AsyncGenerator<string> {
  const known = new Set(kept.keys());
  for (let after = ''; ;) {
    const page = await audit.chains({ after, limit: chainsInPage });
    for (const chain of page) known.delete(chain);
    yield* page;
    if (page.length < chainsInPage) break;
    after = page.at(-1)!;
  }
  yield* known;
}

async function readAnchors(file: string): Promise<Map<string, AuditAnchor[]>> {
  const anchors = new Map<string, AuditAnchor[]>();
  for await (const line of linesOf(file)) {
    if (line === '') continue;
    const anchor = JSON.parse(line) as AuditAnchor;
    anchors.set(anchor.chain, [...(anchors.get(anchor.chain) ?? []), anchor]);
  }
  return anchors;
}

function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity });
}
