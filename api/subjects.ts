import { canonicalObjects, type CanonicalObject } from '../domain/records.ts';
import { findProvider } from '../providers/registry.ts';
import type { Deps } from './deps.ts';

/** What an id in a path names: the row, and the company it belongs to; `shared` for what every company may know. */
interface Subject<Row> {
  id: string;
  row: Row;
  companyId: string | null;
}

const owned = async <Row extends { id: string; companyId: string | null }>(row: Promise<Row | null>) => {
  const found = await row;
  return found && { id: found.id, row: found, companyId: found.companyId };
};

/** Every parameter that a path may have. A route with any other does not start, so no id escapes the check of its company. */
export const subjects = {
  companyId: async ({ stores }: Deps, id: string) => {
    const row = await stores.companies.find(id);
    return row && { id: row.id, row, companyId: row.id };
  },
  connectionId: ({ stores }: Deps, id: string) => owned(stores.connections.find(id)),
  runId: ({ stores }: Deps, id: string) => owned(stores.runs.find(id)),
  dealId: ({ stores }: Deps, id: string) => owned(stores.deals.find(id)),
  pushId: ({ stores }: Deps, id: string) => owned(stores.pushes.find(id)),
  itemId: ({ stores }: Deps, id: string) => owned(stores.errorQueue.find(id)),
  replayId: ({ stores }: Deps, id: string) => owned(stores.replays.find(id)),
  previewId: ({ stores }: Deps, id: string) => owned(stores.replayPreviews.find(id)),
  deliveryId: ({ stores }: Deps, id: string) => owned(stores.deliveries.find(id)),
  templateId: ({ stores }: Deps, id: string) => owned(stores.templates.find(id)),
  incidentId: ({ stores }: Deps, id: string) => owned(stores.incidents.find(id)),
  noteId: ({ stores }: Deps, id: string) => owned(stores.notes.find(id)),
  reportId: ({ stores }: Deps, id: string) => owned(stores.reports.find(id)),
  anomalyId: ({ stores }: Deps, id: string) => owned(stores.anomalies.find(id)),
  taskId: ({ stores }: Deps, id: string) => owned(stores.tasks.find(id)),
  userId: ({ stores }: Deps, id: string) => owned(stores.users.find(id)),
  grantId: ({ stores }: Deps, id: string) => owned(stores.grants.find(id)),
  erasureId: ({ stores }: Deps, id: string) => owned(stores.erasures.find(id)),
  eventId: ({ traffic }: Deps, id: string) => owned(traffic.events.find(id)),
  keyId: ({ stores }: Deps, id: string) => owned(stores.apiKeys.find(id)),
  providerKey: async (_deps: Deps, key: string) => {
    const row = findProvider(key);
    return row ? { id: key, row, companyId: 'shared' } : null;
  },
  objectKey: async (_deps: Deps, key: string) => {
    const row = canonicalObjects.find((name): name is CanonicalObject => name === key);
    return row ? { id: row, row, companyId: 'shared' } : null;
  },
} satisfies Record<string, (deps: Deps, id: string) => Promise<Subject<unknown> | null>>;

/** Words that every company may know: asking for one that is none is no attempt at anything. */
export const sharedSubjects: readonly SubjectName[] = ['providerKey', 'objectKey'];

export type SubjectName = keyof typeof subjects;
export type SubjectRow<Name extends SubjectName> = NonNullable<Awaited<ReturnType<(typeof subjects)[Name]>>>['row'];

/** Ids are TypeIDs, of events and deals numbers, and provider keys are short words: anything else names nothing, and never reaches the database. */
const idShape = /^([a-z]{1,20}_[0-9a-z]{26}|[a-z][a-z0-9_]{0,39})$/;
const numberShape = /^\d{1,15}$/;

export const mayBeId = (name: SubjectName, id: string): boolean =>
  (name === 'eventId' || name === 'dealId' ? numberShape : idShape).test(id);

export async function findSubject(deps: Deps, name: SubjectName, id: string): Promise<Subject<unknown> | null> {
  return mayBeId(name, id) ? subjects[name](deps, id) : null;
}
