/** What a connection's commands and verdicts do to rows, Schedules and credentials. Each is repeatable. */
import type { ConnectionState } from '../domain/connection-state.ts';
import { consequences, type FailureCode } from '../domain/failure.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { ActivityDeps } from './deps.ts';
import { pauseSchedules } from './schedules.ts';
import { takeRun } from './take-run.ts';
import { credentialsSubject } from './lost-credentials.ts';
import { checkUsable, failWith, openConnection } from './provider-call.ts';
import { revokeAll, revokeSuperseded } from './revoke-credentials.ts';

interface RequestedRun {
  jobId: string;
  stream: string;
  runId: string;
  workflowId: string;
  status: 'accepted' | 'already';
}

export function connectorActivities(deps: ActivityDeps) {
  const { app } = deps;
  return {
    async changeState(input: {
      connectionId: string;
      state: ConnectionState;
      reason: string;
      by: string;
      schedulesRun: boolean;
    }): Promise<void> {
      const { connectionId, state, reason, by, schedulesRun } = input;
      await pauseSchedules(deps, connectionId, { paused: !schedulesRun, note: `${state}: ${reason}` });
      await app.connections.setState(connectionId, state, reason, by);
    },

    /** Opens a run of each job asked for, or names the one that is under way. The workflow then starts what was accepted. */
    async requestRuns(input: { connectionId: string; requestId: string; stream?: string }): Promise<{ runs: RequestedRun[] }> {
      const all = await app.jobs.list(input.connectionId);
      const jobs = all.filter(({ stream }) => !input.stream || stream === input.stream);
      if (jobs.length === 0)
        throw failWith(
          'configuration_invalid',
          `This connection has no stream "${input.stream ?? ''}"; it has: ${all.map(({ stream }) => stream).join(', ')}.`,
        );
      const runs: RequestedRun[] = [];
      for (const { id: jobId, stream } of jobs) {
        const workflowId = workflowIds.syncOnDemand(jobId, input.requestId);
        const opened = await takeRun(deps, { jobId, workflowId, trigger: 'manual' });
        runs.push(
          opened.opened
            ? { jobId, stream, runId: opened.runId, workflowId, status: 'accepted' }
            : { jobId, stream, runId: opened.holder.runId, workflowId: opened.holder.workflowId, status: 'already' },
        );
      }
      return { runs };
    },

    /** Puts new credentials in force, after a real call with them; what they replace ends at the provider too. */
    async useCredentials({ connectionId, tokenId, by }: { connectionId: string; tokenId: string; by: string }): Promise<void> {
      const opened = await openConnection(deps, connectionId, tokenId);
      await app.accounts.save(connectionId, await checkUsable(opened));
      const earlier = await app.tokens.read({ connectionId });
      await app.credentials.activate(tokenId, { actor: by });
      await app.tasks.completeBySubject(credentialsSubject(connectionId), 'The connection was reauthorized.', by);
      if (earlier && earlier.tokenId !== tokenId) await revokeSuperseded(deps, opened.connection, earlier, by);
    },

    async useManualValue({ snapshotId }: { snapshotId: string }): Promise<void> {
      await app.metrics.activateManual(snapshotId);
    },

    /** The provider's value wins again; what the person had entered, and the difference, stay as a row. */
    async handBackManualValues({ connectionId }: { connectionId: string }): Promise<void> {
      await app.metrics.handBack(connectionId, deps.now());
    },

    async openIncident(input: { connectionId: string; companyId: string; cause: FailureCode }): Promise<{ incidentId: string }> {
      const connection = await app.connections.get(input.connectionId);
      const { meaning, ownerAction } = consequences[input.cause];
      const sentence = `${connection.label}: ${meaning} ${ownerAction}`;
      const { incidentId } = await app.incidents.open({ ...input, sentence });
      return { incidentId };
    },

    async disconnectConnection({
      connectionId,
      by,
      reason,
    }: {
      connectionId: string;
      by: string;
      reason: string;
    }): Promise<void> {
      for (const { id } of await app.jobs.list(connectionId)) await deps.temporal.deleteSchedule(id);
      await revokeAll(deps, await app.connections.get(connectionId), by);
      await app.credentials.forget(connectionId, { actor: by });
      await app.tasks.completeBySubject(credentialsSubject(connectionId), 'The connection was disconnected.', by);
      await app.connections.setState(connectionId, 'disconnected', reason, by);
    },

    async wakeEvents({ connectionId }: { connectionId: string }): Promise<void> {
      const { companyId, providerKey } = await app.connections.get(connectionId);
      await deps.temporal.wakeEvents({ connectionId, companyId, providerKey });
    },
  };
}
