/** What the six steps of onboarding do. Each is repeatable: a step that was interrupted is done again and ends the same. */
import { Context } from '@temporalio/activity';
import type { ConnectionPolicy } from '../domain/policy.ts';
import type { ConfirmedStep, OnboardingStep } from '../domain/onboarding.ts';
import { ensureSchedules } from './schedules.ts';
import type { ActivityDeps } from './deps.ts';
import { mapPage } from './map-page.ts';
import { checkUsable, failWith, openConnection } from './provider-call.ts';
import { revokeAll } from './revoke-credentials.ts';
import { saveMetrics } from './metrics.ts';
import { refreshStages } from './stages.ts';

interface StepInput {
  connectionId: string;
  /** The user or API key that confirms. */
  by: string;
}
type Summary = ConfirmedStep['summary'];

/** Records of each stream that the mapping step tries the mapping on. */
const sampleSize = 50;

export function onboardingActivities(deps: ActivityDeps) {
  const { app } = deps;

  async function openStaged(connectionId: string) {
    const staged = (await app.credentials.staged(connectionId)) ?? (await app.credentials.active(connectionId));
    if (!staged) throw failWith('credentials_rejected', 'No credentials were given: confirm the access step with credentials.');
    const { tokenId, kind } = staged;
    return { tokenId, kind, opened: await openConnection(deps, connectionId, tokenId) };
  }

  return {
    /** Step 1: a real call to the provider with the staged credentials. */
    async confirmAccess({ connectionId }: StepInput): Promise<Summary> {
      const { opened, tokenId, kind } = await openStaged(connectionId);
      const { account, reaches } = await checkUsable(opened);
      const scopes = (await app.tokens.read({ tokenId }))?.scopes;
      return {
        auth: kind,
        accountStatus: account.status,
        reaches: reaches.length,
        ...(scopes && { scopes: scopes.join(' ') }),
        docs: opened.provider.docsUrl,
      };
    },

    /** Step 2: what the account reaches becomes rows, the credentials come into force, the streams become jobs. */
    async createRecords({ connectionId, by }: StepInput): Promise<Summary> {
      const { opened, tokenId } = await openStaged(connectionId);
      const { provider } = opened;
      const check = await checkUsable(opened);
      await app.accounts.save(connectionId, check);
      const { policy } = await app.connections.settings(connectionId);
      const jobs = Object.entries(provider.streams).map(([stream, { object, cadenceS }]) => ({
        stream,
        object,
        cadenceS: policy.cadenceS[stream] ?? cadenceS,
      }));
      await app.jobs.ensure(connectionId, jobs);
      await app.credentials.activate(tokenId, { actor: by });
      return { reaches: check.reaches.length, jobs: jobs.length };
    },

    /** Step 3: publishes the provider's own mapping where the admin gave none, and tries it on a real sample. */
    async prepareMappings({ connectionId, by }: StepInput): Promise<Summary> {
      const opened = await openConnection(deps, connectionId);
      const { provider, call, connection } = opened;
      if (!provider.sendMessage && Object.keys(provider.streams).length === 0)
        throw failWith(
          'configuration_invalid',
          `Linkwright reads no data of ${provider.label} yet, so there is nothing to map, test or launch. The account stays connected: confirm this step again when a later version does, or cancel the onboarding.`,
        );
      const summary: Summary = provider.stages ? await refreshStages(deps, opened) : {};
      for (const [name, stream] of Object.entries(provider.streams)) {
        const mapping =
          (await app.mappings.current(connectionId, stream.object)) ??
          (await app.mappings.publish({ connectionId, mapping: stream.mapping }, { actor: by }));
        const { records } = await call((context) =>
          stream.fetchPage(context, { cursor: null, now: deps.now(), pageSize: sampleSize }),
        );
        summary[`${name}.version`] = mapping.version;
        summary[`${name}.fields`] = mapping.fields.length;
        summary[`${name}.sampled`] = records.length;
        summary[`${name}.mapped`] = (await mapPage(deps, connection, mapping, records)).mapped.length;
      }
      return summary;
    },

    async listJobs({ connectionId }: { connectionId: string }) {
      const jobs = await app.jobs.list(connectionId);
      return { jobs: jobs.map(({ id, stream }) => ({ jobId: id, stream })) };
    },

    /** Step 5: today's values become the baseline, and the client's card stands. */
    async writeBaseline(input: StepInput & { nextAction: string; explanation: string }): Promise<Summary> {
      const { connectionId, nextAction, explanation } = input;
      const connection = await app.connections.get(connectionId);
      const { metrics } = deps.getProvider(connection.providerKey);
      const summary: Summary = {};
      for (const metricKey of metrics) {
        const at = deps.now();
        const measured = await app.metrics.compute(connectionId, metricKey, at);
        const { companyId } = connection;
        await app.metrics.saveSnapshot({ companyId, connectionId, metricKey, kind: 'baseline', ...measured, at });
        await app.cards.save({ companyId: connection.companyId, connectionId, metricKey, nextAction, explanation });
        summary[metricKey] = measured.value ?? 'none yet';
      }
      await saveMetrics(deps, connection);
      return summary;
    },

    /** Step 6: Schedules and state. The `connector` is started by the workflow right after. */
    async launchConnection({
      connectionId,
      by,
    }: StepInput): Promise<{ policy: Pick<ConnectionPolicy, 'escalateAfterFailedRuns' | 'ladder'>; schedules: number }> {
      const { policy } = await app.connections.settings(connectionId);
      const schedules = await ensureSchedules(deps, connectionId, { paused: false, note: 'Launched.' });
      await app.connections.setState(connectionId, 'active', 'Launched.', by);
      return {
        policy: { escalateAfterFailedRuns: policy.escalateAfterFailedRuns, ladder: policy.ladder },
        schedules,
      };
    },

    async recordStep(input: { connectionId: string; companyId: string; step: OnboardingStep; by: string }): Promise<void> {
      const { connectionId, companyId, step, by } = input;
      await app.audit.appendOnce({
        companyId,
        actor: by,
        action: `onboarding.${step}`,
        subject: connectionId,
        outcome: 'done',
        // An onboarding that broke and was begun anew confirms its steps anew.
        detail: { run: Context.current().info.workflowExecution!.runId },
      });
    },

    /** Cancel: nothing that onboarding made stays, but for its audit rows. */
    async undoOnboarding({ connectionId, by }: StepInput): Promise<void> {
      const connection = await app.connections.find(connectionId);
      if (!connection) return;
      for (const { id } of await app.jobs.list(connectionId)) await deps.temporal.deleteSchedule(id);
      await revokeAll(deps, connection, by);
      await deps.traffic.events.forget(connectionId);
      await app.connections.removeUnlaunched(connectionId, { actor: by });
    },
  };
}
