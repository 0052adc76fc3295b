/** What a connection's commands and verdicts do to rows, Schedules and credentials. Each is repeatable. */
import type { ConnectionState } from '../domain/connection-state.ts';
import { consequences, type FailureCode } from '../domain/failure.ts';
import { takesPushes } from '../domain/push.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import { refOf, type ActivityDeps } from './deps.ts';
import { endAnomalies } from './anomalies.ts';
import { pauseSchedules } from './schedules.ts';
import { judgeFailing, settlePauses } from './pause-failing.ts';
import { takeRun } from './take-run.ts';
import { credentialsSubject } from './lost-credentials.ts';
import { checkUsable, failWith, openConnection } from './provider-call.ts';
import { revokeAll, revokeSuperseded } from './revoke-credentials.ts';

interface OpenedIncident {
  incidentId: string;
  /** It had recovered and is open again: its escalation may still be running. */
  cameBack?: { answered: boolean };
  further?: 'flapping' | 'pause_ahead' | 'paused';
}

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
      await settlePauses(deps, { connectionId, state, by });
      // What waited for this goes on by itself.
      if (takesPushes(state) && (await app.pushes.standing(connectionId)).waiting > 0)
        await deps.temporal.wakePushes(refOf(await app.connections.get(connectionId)));
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
      if ((await app.queueRetries.mended(connectionId, 'credentials', deps.now())) > 0)
        await deps.temporal.wakeRetries(refOf(opened.connection));
      if (earlier && earlier.tokenId !== tokenId) await revokeSuperseded(deps, opened.connection, earlier, by);
    },

    /** `state` is given with a failed run alone: then what it comes to is judged, and `further` is what people are to be told. */
    async openIncident(input: {
      connectionId: string;
      companyId: string;
      cause: FailureCode;
      state?: ConnectionState;
    }): Promise<OpenedIncident> {
      const { connectionId, companyId, cause, state } = input;
      const connection = await app.connections.get(connectionId);
      const { policy } = await app.connections.settings(connectionId);
      const { meaning, ownerAction } = consequences[cause];
      const sentence = `${connection.label}: ${meaning} ${ownerAction}`;
      const { incidentId, opening } = await app.incidents.open({
        companyId,
        connectionId,
        cause,
        sentence,
        flapping: policy.flapping,
      });
      const cameBack = opening === 'reopened' || opening === 'flapping';
      const answered = cameBack && (await app.incidents.find(incidentId))?.state !== 'open';
      const failing = state && (await judgeFailing(deps, { connection, state, cause, policy }));
      const further = failing ?? (opening === 'flapping' ? 'flapping' : null);
      return { incidentId, ...(cameBack && { cameBack: { answered } }), ...(further && { further }) };
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
      await app.pushes.cancelAll(connectionId, 'The connection was disconnected before this was written.');
      await app.credentials.forget(connectionId, { actor: by });
      await app.tasks.completeBySubject(credentialsSubject(connectionId), 'The connection was disconnected.', by);
      await endAnomalies(deps, connectionId);
      await app.connections.setState(connectionId, 'disconnected', reason, by);
      await app.queueRetries.standDown(connectionId);
      await deps.temporal.tellRetries(connectionId);
      await settlePauses(deps, { connectionId, state: 'disconnected', by });
    },

    /** What waited for a connection to take it: stored events, and retries that came due meanwhile. */
    async wakeEvents({ connectionId }: { connectionId: string }): Promise<void> {
      const { companyId, providerKey } = await app.connections.get(connectionId);
      await deps.temporal.wakeEvents({ connectionId, companyId, providerKey });
      if (await app.queueRetries.earliest(connectionId))
        await deps.temporal.wakeRetries({ connectionId, companyId, providerKey });
    },
  };
}
