import { z } from 'zod';
import type { Connection } from '../db/app/stores/connections.ts';
import type { Replay } from '../db/app/stores/replays.ts';
import { holdsEvents } from '../domain/connection-state.ts';
import { describeReplay } from '../domain/replay.ts';
import { replayStart, workflowIds } from '../domain/workflow-ids.ts';
import type { Deps } from './deps.ts';
import { ApiError } from './errors.ts';
import { workflowLink, workflowSchema } from './links.ts';
import { filterSchema } from './routes/failures/filter.ts';
import { moment } from './schemas.ts';
import { ask } from './temporal.ts';

const count = z.number().int();

export const replaySchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    previewId: z.string().nullable(),
    filter: filterSchema,
    items: count.meta({ description: 'How many there were when it was asked for.' }),
    counts: z.object({
      created: count.meta({ description: 'Records that made a new row.' }),
      updated: count,
      unchanged: count,
      older: count.meta({ description: 'Records of which a newer version is stored.' }),
      applied: count.meta({ description: 'Events.' }),
      started: count.meta({ description: 'Pages that a run reads on from.' }),
      failed: count.meta({ description: 'Failed again: the items say why.' }),
      gone: count.meta({ description: 'Past their retention.' }),
      kept: count.meta({ description: 'Left as they are; of a preview, its rows say why.' }),
    }),
    outcome: z.enum(['succeeded', 'failed']).nullable().meta({ description: 'null while it is under way.' }),
    sentence: z.string(),
    askedBy: z.string(),
    askedAt: moment,
    finishedAt: moment.nullable(),
    workflow: workflowSchema,
  })
  .meta({ id: 'Replay' });

export const describe = (deps: Deps, replay: Replay): z.input<typeof replaySchema> => ({
  ...replay,
  sentence: replay.sentence ?? describeReplay(replay.counts, replay.items),
  workflow: workflowLink(deps, workflowIds.replay(replay.id)),
});

/** Starting twice is harmless; one whose start was lost is found by `reconcile`. */
export async function startReplay(deps: Deps, { id: connectionId, companyId, providerKey }: Connection, replay: Replay) {
  if (replay.outcome !== null) return;
  const { workflowId, ...options } = replayStart({ replayId: replay.id, connectionId, companyId, providerKey });
  await ask(deps, workflowLink(deps, workflowId), ({ workflow }) =>
    workflow.start('replay', { ...options, workflowId, workflowIdConflictPolicy: 'USE_EXISTING' }),
  );
}

/** What a connection does not take now cannot be tried again either. */
export function requireTaking({ state }: Connection): void {
  if (holdsEvents(state))
    throw new ApiError(409, 'refused', `The connection is ${state}: nothing of it is tried again until it runs.`);
}
