import { z } from 'zod';
import type { ConnectionState } from '../domain/connection-state.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import type { Deps } from './deps.ts';

export const scheduleSchema = z
  .object({ id: z.string(), url: z.url().meta({ description: 'The Schedule in the Temporal UI.' }) })
  .meta({ id: 'ScheduleLink' });

export const workflowSchema = z
  .object({ id: z.string(), url: z.url().meta({ description: 'The workflow in the Temporal UI.' }) })
  .meta({ id: 'WorkflowLink' });

type Where = Pick<Deps, 'temporal' | 'temporalUiUrl'>;
export type WorkflowLink = z.infer<typeof workflowSchema>;

/** A workflow's id and where ops see it. Without a run id the Temporal UI shows the newest run. */
export const workflowLink = (deps: Where, id: string): WorkflowLink => linkTo(deps, 'workflows', id);

/** The Schedule that starts a job's runs has the same id as their workflows begin with. */
export const scheduleLink = (deps: Where, jobId: string): WorkflowLink => linkTo(deps, 'schedules', workflowIds.sync(jobId));

/** The workflow that leads a connection: its onboarding until the launch, its connector from then on. */
export const leadingWorkflow = (deps: Where, { id, state }: { id: string; state: ConnectionState }): WorkflowLink =>
  workflowLink(deps, state === 'onboarding' ? workflowIds.onboarding(id) : workflowIds.connector(id));

/** The workflow that applies a connection's stored events. */
export const drainLink = (deps: Where, connectionId: string): WorkflowLink =>
  workflowLink(deps, workflowIds.events(connectionId));

function linkTo({ temporal, temporalUiUrl }: Where, kind: 'workflows' | 'schedules', id: string): WorkflowLink {
  const namespace = encodeURIComponent(temporal.options.namespace);
  return { id, url: `${temporalUiUrl}/namespaces/${namespace}/${kind}/${encodeURIComponent(id)}` };
}
