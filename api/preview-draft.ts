import type { Connection } from '../db/app/stores/connections.ts';
import { externalIdOf, mappingName, type MappingSet } from '../domain/mapping.ts';
import { compareOutcomes, comparePreview, type Outcome, type Preview } from '../domain/mapping-preview.ts';
import { applyOutMapping } from '../domain/out-mapping.ts';
import type { CanonicalObject } from '../domain/records.ts';
import { attributesOf, taskQueues, workflowIds } from '../domain/workflow-ids.ts';
import { mapperOf } from '../mapping/mapper.ts';
import { writesOf } from '../providers/registry.ts';
import type { CommandAnswer, FetchSampleInput } from '../workflows/messages.ts';
import type { Deps } from './deps.ts';
import { invalid } from './errors.ts';
import { workflowLink } from './links.ts';
import { mappingIssues } from './mapping-input.ts';
import { answerOf, ask } from './temporal.ts';

/** Records of one preview. */
const recordsMax = 50;

/** The same raw records by the mapping in force and by the draft. What cannot be compiled is refused first, naming each fault. */
export async function previewDraft(
  deps: Deps,
  connection: Connection,
  draft: Omit<MappingSet, 'version'>,
  sample: 'stored' | 'fetched',
): Promise<{ publishedVersion: number | null; preview: Preview }> {
  const issues = mappingIssues(connection.providerKey, draft);
  if (issues.length > 0) throw invalid(issues.map(({ path, message }) => ({ path: `mapping.${path}`, message })));
  const { object } = draft;
  const { events } = deps.traffic;
  const polled =
    sample === 'stored'
      ? await events.newestPolled({ connectionId: connection.id, object, limit: recordsMax })
      : await events.polledByIds(connection.id, await fetchSample(deps, connection, object));
  const raws = polled.map(({ raw }) => raw);
  if (draft.direction === 'out') return previewWrites(deps, connection, draft, polled);
  const published = await deps.stores.mappings.current(connection.id, object);
  const before = published && (await mapperOf(published)(raws));
  const after = await mapperOf({ ...draft, version: 0 })(raws);
  const samples = polled.map(({ eventId, raw }, index) => ({
    eventId,
    externalId: externalIdOf(draft, raw),
    before: before && before[index]!,
    after: after[index]!,
  }));
  return { publishedVersion: published?.version ?? null, preview: comparePreview(object, samples) };
}

/** The records as ours, and what each of both mappings would write of them. */
async function previewWrites(
  { stores }: Deps,
  connection: Connection,
  draft: Omit<MappingSet, 'version'>,
  polled: { eventId: string; raw?: unknown }[],
): Promise<{ publishedVersion: number | null; preview: Preview }> {
  const { object } = draft;
  const { fields: writable } = writesOf(connection.providerKey, object)!;
  const reading = await stores.mappings.current(connection.id, object);
  const published = await stores.mappings.current(connection.id, mappingName({ object, direction: 'out' }));
  const records = reading ? await mapperOf(reading)(polled.map(({ raw }) => raw)) : [];
  const samples = records.map((read, index) => {
    const { eventId, raw } = polled[index]!;
    const write = (mapping: Pick<MappingSet, 'fields'>): Outcome => {
      if ('issues' in read) return read;
      const sources = new Set(mapping.fields.map(({ source }) => source));
      const own = Object.entries(read.record.fields).filter(([name, value]) => sources.has(name) && value !== null);
      const made = applyOutMapping(mapping, writable, Object.fromEntries(own));
      return 'values' in made ? { fields: made.values } : made;
    };
    return { eventId, externalId: externalIdOf(draft, raw), before: published && write(published), after: write(draft) };
  });
  return { publishedVersion: published?.version ?? null, preview: compareOutcomes(Object.keys(writable), samples) };
}

/** Asks the provider, through a workflow: which stored events hold the records. */
async function fetchSample(deps: Deps, connection: Connection, object: CanonicalObject): Promise<string[]> {
  const { id: connectionId, companyId, providerKey } = connection;
  const link = workflowLink(deps, workflowIds.sample(connectionId, object));
  const input: FetchSampleInput = { connectionId, companyId, providerKey, object };
  const answer = await ask(deps, link, async ({ workflow }) => {
    const handle = await workflow.start('fetchSample', {
      workflowId: link.id,
      taskQueue: taskQueues.sync,
      workflowIdConflictPolicy: 'USE_EXISTING',
      staticSummary: `Sample of ${object} of ${connectionId}`,
      typedSearchAttributes: attributesOf(input),
      args: [input],
    });
    return (await handle.result()) as CommandAnswer<{ eventIds: string[] }>;
  });
  const { eventIds } = answerOf(link, answer!) as { eventIds: string[] };
  return eventIds;
}
