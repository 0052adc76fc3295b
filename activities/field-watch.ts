/** Notices which fields a provider's records have, at the cost of a sample for each run, and says when one that a mapping reads is lost. */
import { awaitPaths, describeLoss, mappedPaths, observeFields, recordsEnough, type LostField } from '../domain/source-fields.ts';
import type { MappingSet } from '../domain/mapping.ts';
import type { Connection } from '../db/app/stores/connections.ts';
import type { SyncRun } from '../db/app/stores/runs.ts';
import type { ActivityDeps } from './deps.ts';

/** Records of the first page whose fields are looked at. */
const sampleSize = 50;
const cause = 'source_field_lost';

/** For the pages of one activity. */
export function watchFields(
  { app }: Pick<ActivityDeps, 'app'>,
  { connectionId, runId }: { connectionId: string; runId: string },
  mapping: MappingSet,
) {
  const paths = awaitPaths(mappedPaths(mapping).keys());
  let sample: readonly unknown[] = [];
  let saved = -1;
  return {
    see(records: readonly unknown[]): void {
      if (sample.length === 0) sample = records.slice(0, sampleSize);
      paths.see(records);
    },
    /** Writes when there is something new to say: after the first page with records, and when a later one has brought a field. */
    async save(): Promise<void> {
      const seen = paths.seen();
      if (sample.length === 0 || seen.length === saved) return;
      const { startedAt: at } = (await app.runs.find(runId))!;
      await app.sourceFields.observe({
        connectionId,
        object: mapping.object,
        types: observeFields(sample),
        sampled: sample.length,
        seen,
        at,
      });
      saved = seen.length;
    },
  };
}

/**
 * At the end of a whole run: which mapped fields it has shown to be gone. Then tasks follow what is lost on the whole connection: one for
 * each field, completed when it is back or no mapping in force uses it. Answers whether any is lost.
 */
export async function settleFields({ app }: Pick<ActivityDeps, 'app'>, connection: Connection, run: SyncRun): Promise<boolean> {
  const { id: connectionId, companyId, label } = connection;
  const records = Object.values(run.counts).reduce((sum, count) => sum + count, 0);
  if (records === 0 && connection.state === 'active') return false; // nothing was seen, and nothing was lost before
  if (records >= recordsEnough) {
    const { object } = (await app.jobs.find(run.jobId))!;
    const paths = [...mappedPathsOf(await app.mappings.current(connectionId, object)).keys()];
    await app.sourceFields.markVanished({ connectionId, object, paths, since: run.startedAt });
  }
  const lost = await lostFields(app, connectionId);
  const subjects = new Set(lost.map((field) => subjectOf(connectionId, field)));
  for (const field of lost)
    await app.tasks.open({
      companyId,
      connectionId,
      cause,
      subject: subjectOf(connectionId, field),
      sentence: `${label}: ${describeLoss(field)}`,
    });
  for (const subject of await app.tasks.openSubjects({ companyId, connectionId, cause }))
    if (!subjects.has(subject))
      await app.tasks.completeBySubject(subject, 'The field is back, or the mapping no longer uses it.', 'engine');
  return lost.length > 0;
}

const subjectOf = (connectionId: string, { object, path }: LostField) => `${connectionId}:${object}:${path}`;

/** Of the fields that are vanished or changed, those that a mapping in force reads. */
async function lostFields(app: ActivityDeps['app'], connectionId: string): Promise<LostField[]> {
  const mapped = new Map<string, Map<string, string>>();
  const found: LostField[] = [];
  for (const field of await app.sourceFields.lost(connectionId)) {
    const known = mapped.get(field.object);
    const paths = known ?? mappedPathsOf(await app.mappings.current(connectionId, field.object));
    mapped.set(field.object, paths);
    const target = paths.get(field.path);
    if (target !== undefined) found.push({ ...field, target });
  }
  return found;
}

const mappedPathsOf = (mapping: MappingSet | null) => (mapping ? mappedPaths(mapping) : new Map<string, string>());
