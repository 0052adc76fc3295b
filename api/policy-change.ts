import { ScheduleNotFoundError } from '@temporalio/client';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ConnectionPolicy } from '../domain/policy.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import { getProvider } from '../providers/registry.ts';
import { policyChangedSignal } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { workflowLink } from './links.ts';
import { ask } from './temporal.ts';

/**
 * Brings a saved policy to what runs by it: the jobs' cadence with their Schedules, and the connector's ladder. Repeatable. Rows first:
 * where Temporal does not answer, `reconcile` brings the Schedules in line with them.
 */
export async function followPolicy(deps: Deps, connection: Connection, policy: ConnectionPolicy): Promise<void> {
  const connector = workflowLink(deps, workflowIds.connector(connection.id));
  const { streams } = getProvider(connection.providerKey);
  const jobs = await deps.stores.jobs.list(connection.id);
  const changed = jobs.filter(({ stream, cadenceS }) => cadenceS !== cadenceOf(stream));
  await deps.stores.jobs.ensure(
    connection.id,
    changed.map(({ stream, object }) => ({ stream, object, cadenceS: cadenceOf(stream) })),
  );
  for (const { id, stream } of jobs) await changeInterval(id, cadenceOf(stream) * 1000);
  const { escalateAfterFailedRuns, ladder } = policy;
  await ask(deps, connector, ({ workflow }) =>
    workflow.getHandle(connector.id).signal(policyChangedSignal, { escalateAfterFailedRuns, ladder }),
  );

  function cadenceOf(stream: string): number {
    return policy.cadenceS[stream] ?? streams[stream]!.cadenceS;
  }

  async function changeInterval(jobId: string, everyMs: number): Promise<void> {
    await ask(deps, connector, async ({ schedule }) => {
      try {
        await schedule.getHandle(workflowIds.sync(jobId)).update(({ spec, ...rest }) => ({
          ...rest,
          // The offset that spreads jobs over their interval stays, within the new interval.
          spec: { ...spec, intervals: [{ every: everyMs, offset: (spec.intervals?.[0]?.offset ?? 0) % everyMs }] },
        }));
      } catch (error) {
        // Before the launch there is no Schedule yet: it is made with the cadence of its job.
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      }
    });
  }
}
