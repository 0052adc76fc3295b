import { z } from 'zod';
import { isGranted } from '../../grants.ts';
import { describePreview, makePreview, shownMax, shownPreviewSchema, valuesOf } from '../../replay-previews.ts';
import { requireTaking } from '../../replays.ts';
import { route } from '../../route.ts';
import { filterSchema } from './filter.ts';

/** Long enough to look through, short enough that little changes meanwhile. */
const livesMs = 3_600_000;

export const previewQueueReplay = route({
  method: 'post',
  path: '/connections/:connectionId/queue/previews',
  permission: 'failure.work',
  summary: 'Show the rows that a replay would change, without changing anything; the preview can then be replayed for an hour',
  body: z.strictObject({ filter: filterSchema }),
  status: 201,
  answer: shownPreviewSchema,
  refusals: [409, 503, 504],
  async handle({ deps, found: { connection }, body: { filter }, caller, audit }) {
    requireTaking(connection);
    const { replayPreviews, audit: auditLog } = deps.stores;
    const asked = await replayPreviews.ask({ connectionId: connection.id, filter, livesMs }, audit);
    await makePreview(deps, connection, asked);
    const preview = await describePreview(deps, (await replayPreviews.find(asked.id))!);
    const isShown = await isGranted(deps, caller, 'payload.read', connection.companyId);
    // First the row, then the answer: what cannot be audited is not shown.
    if (isShown)
      await auditLog.append({
        ...audit,
        companyId: connection.companyId,
        action: 'payload.read',
        subject: connection.id,
        outcome: 'done',
        detail: { preview: asked.id },
      });
    const of = await valuesOf(deps, connection, await replayPreviews.rows(asked.id, shownMax), isShown);
    const rows = preview.rows.map((row) => ({ ...row, ...of(row.itemId) })) as z.input<typeof shownPreviewSchema>['rows'];
    return { ...preview, values: isShown ? ('shown' as const) : ('masked' as const), rows };
  },
});
