import { z } from 'zod';
import { storyKinds, tellAct, tellRun } from '../../../domain/story.ts';
import { workflowIds } from '../../../domain/workflow-ids.ts';
import type { Connection } from '../../../db/app/stores/connections.ts';
import type { StoryItem } from '../../../db/app/stores/story.ts';
import { getProvider } from '../../../providers/registry.ts';
import type { Deps } from '../../deps.ts';
import { leadingWorkflow, workflowLink, workflowSchema } from '../../links.ts';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { flag, moment, pageOf, pageQuery } from '../../schemas.ts';

const storyEntrySchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    at: moment,
    kind: z.enum(storyKinds),
    sentence: z.string(),
    reason: z.string().nullable().meta({ description: 'What was given as the reason, or what went wrong.' }),
    by: z
      .object({ id: z.string(), name: z.string() })
      .nullable()
      .meta({ description: 'The person or API key; null: Linkwright by itself.' }),
    runId: z.string().nullable(),
    incidentId: z.string().nullable(),
    workflow: workflowSchema,
  })
  .meta({ id: 'StoryEntry' });

export const getStory = route({
  method: 'get',
  path: '/connections/:connectionId/story',
  permission: 'connection.read',
  summary: 'What was done to a connection, by whom, and how its runs went, as one list; newest first',
  query: z.strictObject({
    ...pageQuery,
    routine: flag.default(false).meta({ description: 'Also scheduled runs that went well.' }),
  }),
  answer: pageOf(storyEntrySchema),
  async handle({ deps, caller, found: { connection }, query: { cursor, limit, routine } }) {
    const { id: connectionId, companyId } = connection;
    const { items, nextCursor } = await deps.stores.story.list({ connectionId, companyId, routine, cursor, limit });
    const actors = items.flatMap(({ act }) => (act ? [act.actor] : []));
    const names = await deps.stores.users.actorNames([...new Set(actors)]);
    const labels = await streamLabels(deps, connection);
    const shown = forEyesOf(caller);
    return {
      items: items.map((item) => {
        const entry = item.act ? actEntry(deps, connection, item.act, names) : runEntry(deps, item.run, labels);
        return { connectionId, ...entry, reason: entry.reason && shown(entry.reason) };
      }),
      nextCursor,
    };
  },
});

type Entry = Omit<z.input<typeof storyEntrySchema>, 'connectionId'>;

function actEntry(deps: Deps, connection: Connection, act: NonNullable<StoryItem['act']>, names: Map<string, string>): Entry {
  const { sequence, actor, subject, reason, at } = act;
  const incidentId = subject.startsWith('inc_') ? subject : null;
  return {
    id: String(sequence),
    at,
    ...tellAct(act),
    reason,
    by: actor === 'engine' ? null : { id: actor, name: names.get(actor) ?? actor },
    runId: null,
    incidentId,
    workflow: incidentId ? workflowLink(deps, workflowIds.escalation(incidentId)) : leadingWorkflow(deps, connection),
  };
}

function runEntry(deps: Deps, run: NonNullable<StoryItem['run']>, labels: Map<string, string>): Entry {
  const { id, jobId, startedAt, sentence: reason, workflowId } = run;
  const told = tellRun(run, labels.get(jobId) ?? 'what is synced');
  return { id, at: startedAt, ...told, reason, by: null, runId: id, incidentId: null, workflow: workflowLink(deps, workflowId) };
}

/** What each job syncs, as the provider calls it. */
async function streamLabels({ stores }: Deps, { id, providerKey }: Connection): Promise<Map<string, string>> {
  const { streams } = getProvider(providerKey);
  return new Map((await stores.jobs.list(id)).map((job) => [job.id, (streams[job.stream]?.label ?? job.stream).toLowerCase()]));
}
