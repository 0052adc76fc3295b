/** Whose the records of a connection are that several companies feed. */
import { franchiseOf, namedFranchise, type Homeless } from '../domain/franchise.ts';
import type { MappingSet } from '../domain/mapping.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';

interface Candidate {
  externalId: string;
  /** The provider's record, or what an event tells of it under the same names. */
  raw: unknown;
  isInbound: boolean;
}
export type Owner = { companyId: string } | Homeless;

/**
 * One answer for each candidate: the company, or why there is none. A record that is stored already stays whose it is, so that neither
 * a changed key nor a version that no longer names the franchise takes it away.
 */
export async function findOwners(
  { app }: Pick<ActivityDeps, 'app'>,
  connection: Pick<Connection, 'id' | 'companyId'>,
  mapping: Pick<MappingSet, 'object' | 'companyField'> | null,
  candidates: Candidate[],
): Promise<Owner[]> {
  const { companyId } = connection;
  const field = mapping?.companyField;
  if (!field) return candidates.map(() => ({ companyId }));
  const named = candidates.map(({ raw, isInbound }) => namedFranchise(field, raw, isInbound));
  const values = new Set(named.flatMap(({ value }) => value ?? []));
  const keys = await app.franchiseKeys.inForce(connection, [...values]);
  const owners = named.map((each) => franchiseOf(each, keys));
  const homeless = candidates.filter((_, index) => 'sentence' in owners[index]!);
  const stored = await app.records.owners({
    connectionId: connection.id,
    object: mapping.object,
    externalIds: homeless.map(({ externalId }) => externalId),
  });
  return owners.map((owner, index) => {
    const kept = 'sentence' in owner ? stored.get(candidates[index]!.externalId) : undefined;
    return kept === undefined ? owner : { companyId: kept };
  });
}
