import { z } from 'zod';
import type { Connection } from '../db/app/stores/connections.ts';
import type { Remap } from '../db/app/stores/remaps.ts';
import { describeRemap } from '../domain/remap.ts';
import { attributesOf, taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import type { RemapInput } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { ApiError } from './errors.ts';
import { workflowLink, workflowSchema } from './links.ts';
import { moment } from './schemas.ts';
import { ask } from './temporal.ts';

const count = z.number().int();

export const remapSchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    object: z.string(),
    fromVersion: z.number(),
    toVersion: z.number(),
    outcome: z.enum(['succeeded', 'failed']).nullable().meta({ description: 'null while it is under way.' }),
    sentence: z.string(),
    counts: z.object({
      replayed: count.meta({ description: 'Raw records that were there to be mapped.' }),
      created: count,
      updated: count,
      unchanged: count,
      ignored: count.meta({ description: 'Older than what is stored.' }),
      failed: count.meta({ description: 'Did not fit the mapping.' }),
      gone: count.meta({ description: 'Past their retention.' }),
    }),
    askedBy: z.string(),
    askedAt: moment,
    finishedAt: moment.nullable(),
    workflow: workflowSchema,
  })
  .meta({ id: 'Remap' });

export const describe = (deps: Deps, remap: Remap): z.input<typeof remapSchema> => ({
  ...remap,
  sentence: remap.sentence ?? describeRemap(remap.counts),
  workflow: workflowLink(deps, workflowIds.remap(remap.id)),
});

/** Starting twice is harmless: whoever asks again while it is under way wakes one whose start was lost. */
export async function startRemap(deps: Deps, { id: connectionId, companyId, providerKey }: Connection, remap: Remap) {
  const link = workflowLink(deps, workflowIds.remap(remap.id));
  const input: RemapInput = { remapId: remap.id, connectionId, companyId, providerKey };
  await ask(deps, link, ({ workflow }) =>
    workflow.start('remap', {
      workflowId: link.id,
      taskQueue: taskQueues.sync,
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `${remap.object} of ${connectionId} by mapping version ${remap.toVersion}`,
      typedSearchAttributes: attributesOf(input),
      args: [input],
    }),
  );
}

/** What a connection has can be mapped again while somebody may still look at it. */
export function requireLaunched({ state }: Connection): void {
  if (state === 'onboarding')
    throw new ApiError(409, 'refused', 'The connection is still in onboarding: its test run maps everything.');
  if (state === 'disconnected')
    throw new ApiError(409, 'refused', 'The connection is disconnected: nothing new is written for it.');
}
