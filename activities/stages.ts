import type { Connection } from '../db/app/stores/connections.ts';
import type { ActivityDeps } from './deps.ts';
import type { OpenedConnection } from './provider-call.ts';

/** What the task about stages is about. */
const stagesSubject = (connectionId: string) => `${connectionId}:stages`;

/**
 * Brings the connection's stages in line with the provider's pipelines. Where an admin has mapped stages, a new one is a task: its
 * meaning is the provider's own until somebody says otherwise.
 */
export async function refreshStages(
  deps: Pick<ActivityDeps, 'app' | 'now'>,
  { connection, provider, call }: OpenedConnection,
): Promise<{ stages: number }> {
  const { stages } = provider;
  if (!stages) return { stages: 0 };
  const told = await call((context) => stages(context));
  const { appeared } = await deps.app.pipelineStages.refresh(connection.id, told, deps.now());
  if (appeared.length > 0) await tellOfNew(deps, connection, appeared);
  return { stages: told.length };
}

async function tellOfNew({ app }: Pick<ActivityDeps, 'app'>, connection: Connection, appeared: string[]): Promise<void> {
  const { id: connectionId, companyId, label } = connection;
  const all = await app.pipelineStages.list(connectionId);
  if (!all.some(({ mappedBy }) => mappedBy !== null)) return;
  const names = all.filter(({ externalId }) => appeared.includes(externalId)).map((stage) => `“${stage.label}”`);
  await app.tasks.open({
    companyId,
    connectionId,
    cause: 'stages_appeared',
    subject: stagesSubject(connectionId),
    sentence: `${label}: the pipeline has new stages, ${names.join(', ')}. They count as the provider orders them: look at the connection’s stages, and map them if that is not right.`,
  });
}
