import { z } from 'zod';
import type { Connection } from '../db/app/stores/connections.ts';
import type { ReplayPreview, ReplayedRow } from '../db/app/stores/replay-previews.ts';
import type { MappingResult } from '../domain/mapping.ts';
import { comparePreview, inOneForm, maskOutcome, type Outcome } from '../domain/mapping-preview.ts';
import type { CanonicalObject } from '../domain/records.ts';
import { replayVerdicts } from '../domain/replay.ts';
import { attributesOf, taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import { mapperOf } from '../mapping/mapper.ts';
import type { CommandAnswer, PreviewReplayInput } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { workflowLink, workflowSchema } from './links.ts';
import { filterSchema } from './routes/failures/filter.ts';
import { outcomeSchema } from './routes/mappings/preview-draft.ts';
import { moment } from './schemas.ts';
import { answerOf, ask } from './temporal.ts';

/** Rows of one answer: as many as a person looks through. */
export const shownMax = 100;

const count = z.number().int();
const rowSchema = z.object({
  itemId: z.string(),
  eventId: z.string().nullable(),
  object: z.string().nullable(),
  externalId: z.string().nullable(),
  verdict: z.enum(replayVerdicts).meta({
    description:
      'What the replay does: the row is made, changed, found equal, or newer than the record; unfit: it does not fit the mapping; gone: past its retention; unknown: only trying it tells.',
  }),
  outcome: z.enum(['changed', 'kept']).nullable().meta({ description: 'What became of it; null until it is replayed.' }),
  why: z.string().nullable().meta({ description: 'Why it was left as it is.' }),
});

export const previewSchema = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    filter: filterSchema,
    items: count.meta({ description: 'How many open items the filter found; the first 500 are tried out.' }),
    totals: z.object(Object.fromEntries(replayVerdicts.map((verdict) => [verdict, count])) as Record<string, typeof count>),
    expiresAt: moment.meta({ description: 'It can be replayed until then.' }),
    askedBy: z.string(),
    askedAt: moment,
    workflow: workflowSchema,
    rows: z.array(rowSchema).meta({ description: `The first ${shownMax}.` }),
  })
  .meta({ id: 'ReplayPreview', description: 'What a replay would change; replaying it changes exactly that.' });

export const shownPreviewSchema = previewSchema
  .extend({
    values: z.enum(['shown', 'masked']).meta({ description: 'Shown to whom payload.read was granted; masked otherwise.' }),
    rows: z.array(
      rowSchema.extend({
        before: outcomeSchema.nullable(),
        after: outcomeSchema.nullable(),
        changed: z.array(z.string()).meta({ description: 'Fields whose value the replay changes.' }),
      }),
    ),
  })
  .meta({ id: 'ShownReplayPreview' });

export async function describePreview(deps: Deps, preview: ReplayPreview): Promise<z.input<typeof previewSchema>> {
  const rows = await deps.stores.replayPreviews.rows(preview.id, shownMax);
  const workflow = workflowLink(deps, workflowIds.replayPreview(preview.id));
  return { ...preview, workflow, rows: rows.map(({ rawEventId: eventId, ...row }) => ({ ...row, eventId })) };
}

/** Has the rows made by a workflow: which item does what, without the values. */
export async function makePreview(deps: Deps, connection: Connection, preview: ReplayPreview): Promise<void> {
  const { id: connectionId, companyId, providerKey } = connection;
  const link = workflowLink(deps, workflowIds.replayPreview(preview.id));
  const input: PreviewReplayInput = { previewId: preview.id };
  const answer = await ask(deps, link, async ({ workflow }) => {
    const handle = await workflow.start('previewReplay', {
      workflowId: link.id,
      taskQueue: taskQueues.events,
      staticSummary: `Preview of a replay of ${connectionId}`,
      typedSearchAttributes: attributesOf({ connectionId, companyId, providerKey }),
      args: [input],
    });
    return (await handle.result()) as CommandAnswer;
  });
  answerOf(link, answer!);
}

interface Values {
  before: Outcome | null;
  after: Outcome | null;
  changed: string[];
}
const nothing: Values = { before: null, after: null, changed: [] };

/** The fields of the first rows, as they stand and as the replay makes them, by item. Read anew: no preview keeps a value. */
export async function valuesOf(
  deps: Deps,
  { id: connectionId }: Connection,
  rows: ReplayedRow[],
  isShown: boolean,
): Promise<(itemId: string) => Values> {
  const found = new Map<string, Values>();
  for (const object of new Set(rows.flatMap((row) => row.object ?? []))) {
    const of = rows.filter((row) => row.object === object && row.externalId !== null && row.rawEventId !== null);
    for (const [itemId, values] of await compare(deps, connectionId, object, of)) found.set(itemId, values);
  }
  const show = (outcome: Outcome | null) => (outcome && !isShown ? maskOutcome(outcome) : outcome);
  return (itemId) => {
    const { before, after, changed } = found.get(itemId) ?? nothing;
    return { before: show(before), after: show(after), changed };
  };
}

async function compare(
  { stores, traffic }: Deps,
  connectionId: string,
  object: CanonicalObject,
  rows: ReplayedRow[],
): Promise<[string, Values][]> {
  const mapping = await stores.mappings.current(connectionId, object);
  if (!mapping) return [];
  const polled = await traffic.events.polledByIds(
    connectionId,
    rows.map(({ rawEventId }) => rawEventId!),
  );
  const standing = await stores.records.fields({ connectionId, object, externalIds: rows.map(({ externalId }) => externalId!) });
  const kept = rows.flatMap((row) => {
    const record = polled.find(({ eventId }) => eventId === row.rawEventId);
    return record && 'raw' in record ? [{ row, raw: record.raw }] : [];
  });
  const mapped = await mapperOf(mapping)(kept.map(({ raw }) => raw));
  const samples = kept.map(({ row }, index) => {
    const fields = standing.get(row.externalId!);
    const before = fields && ({ record: { fields } } as unknown as MappingResult);
    return {
      eventId: row.rawEventId!,
      externalId: row.externalId,
      before: before ?? null,
      after: asStanding(object, mapped[index]!),
    };
  });
  const { records } = comparePreview(object, samples);
  return kept.map(({ row }, index) => {
    const { before, after, changed } = records[index]!;
    return [row.itemId, { before, after, changed }];
  });
}

/** As a row gives its values. */
function asStanding(object: CanonicalObject, result: MappingResult): MappingResult {
  if ('issues' in result) return result;
  return { record: { ...result.record, fields: inOneForm(object, result.record.fields) as never } };
}
