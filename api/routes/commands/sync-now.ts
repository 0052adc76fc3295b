import { z } from 'zod';
import { getProvider } from '../../../providers/registry.ts';
import { syncNowUpdate } from '../../../workflows/messages.ts';
import { commandConnection } from '../../commands.ts';
import { invalid } from '../../errors.ts';
import { workflowLink, workflowSchema } from '../../links.ts';
import { route } from '../../route.ts';
import { verdictSchema } from '../../schemas.ts';

const startedRun = z.object({
  jobId: z.string(),
  stream: z.string(),
  runId: z.string(),
  status: z.enum(['accepted', 'already']).meta({ description: 'already: this run of the job was under way.' }),
  workflow: workflowSchema,
});

export const syncNow = route({
  method: 'post',
  path: '/connections/:connectionId/sync',
  permission: 'connection.sync',
  summary: 'Sync now: all streams, or one',
  body: z.strictObject({ stream: z.string().max(60).optional() }),
  command: true,
  answer: verdictSchema.extend({ runs: z.array(startedRun).optional() }).meta({ id: 'SyncAnswer' }),
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection }, body, caller, audit }) {
    const { stream } = body;
    const { streams } = getProvider(connection.providerKey);
    if (stream && !Object.hasOwn(streams, stream))
      throw invalid([{ path: 'stream', message: `Must be one of: ${Object.keys(streams).join(', ')}.` }]);
    const answer = await commandConnection(
      deps,
      connection,
      'syncNow',
      syncNowUpdate,
      {
        by: caller.actor,
        ...(stream && { stream }),
      },
      audit,
    );
    if (answer.verdict !== 'accepted') return answer;
    return { ...answer, runs: answer.runs.map((run) => ({ ...run, workflow: workflowLink(deps, run.workflowId) })) };
  },
});
