import { defaultPolicy } from '../../domain/policy.ts';

/**
 * SQL for the seconds after which a connection is stale: as its policy says, else twice the time between two runs of its most frequent
 * stream. `policy` is the column of its settings.
 */
export const freshWithinS = (connectionId: string, policy: string): string =>
  `CAST(COALESCE(JSON_VALUE(${policy}, '$.freshWithinS'),
    (SELECT 2 * MIN(job.cadence_s) FROM integration_sync_jobs job WHERE job.connection_id = ${connectionId}),
    ${defaultPolicy.freshWithinS}) AS SIGNED)`;
