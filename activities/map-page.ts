import { externalIdOf, type MappingSet } from '../domain/mapping.ts';
import { isInbound, type CanonicalRecord } from '../domain/records.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import { findOwners } from './attribution.ts';
import type { ActivityDeps } from './deps.ts';
import { toRecords } from './to-record.ts';

interface Rejected {
  raw: unknown;
  externalId: string | null;
  sentence: string;
  /** Where it names no franchise: the key that it needs, `null` when it names none at all. */
  waitsFor?: string | null;
}

export interface MappedPage {
  mapped: CanonicalRecord[];
  rejected: Rejected[];
}

/** Makes a provider's records canonical, each with the company whose it is, or says why not. */
export async function mapPage(
  deps: ActivityDeps,
  connection: Connection,
  mapping: MappingSet,
  raws: unknown[],
): Promise<MappedPage> {
  const provider = deps.getProvider(connection.providerKey);
  const understood: { raw: unknown; record: CanonicalRecord }[] = [];
  const rejected: Rejected[] = [];
  for (const [index, result] of (await toRecords(provider, mapping, raws)).entries()) {
    const raw = raws[index];
    if ('record' in result) understood.push({ raw, record: result.record });
    else {
      const sentence = result.issues.map(({ path, message }) => `${path} ${message}`).join('; ');
      rejected.push({ raw, externalId: externalIdOf(mapping, raw), sentence });
    }
  }
  if (!mapping.companyField) return { mapped: understood.map(({ record }) => record), rejected };
  const candidates = understood.map(({ raw, record }) => ({ raw, externalId: record.externalId, isInbound: isInbound(record) }));
  const owners = await findOwners(deps, connection, mapping, candidates);
  const mapped: CanonicalRecord[] = [];
  understood.forEach(({ raw, record }, index) => {
    const owner = owners[index]!;
    if ('companyId' in owner) mapped.push({ ...record, companyId: owner.companyId });
    else rejected.push({ raw, externalId: record.externalId, ...owner });
  });
  return { mapped, rejected };
}
