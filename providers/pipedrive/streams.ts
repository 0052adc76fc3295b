import { z } from 'zod';
import type { DeletedRecord } from '../../domain/records.ts';
import type { Records, Stream } from '../contract.ts';
import { getJson, type PipedriveContext } from './client.ts';
import { fetchLogs } from './changelog.ts';
import { effectiveStage, movements } from './history.ts';
import { writes } from './writes.ts';
import { fetchWindowPage, rawRecord, type RawRecord } from './windows.ts';

/** Deleted ones for 30 days. https://developers.pipedrive.com/docs/api/v1/Deals#getDeals */
const anyStatus = { status: 'open,won,lost,deleted' };

/** So many at once that their logs, one call each, stay well within a minute on the smallest plan. */
const dealsMax = 50;
/** https://developers.pipedrive.com/docs/api/v1/Persons#getPersons; and an answer names at most so many organisations. */
const personsMax = 100;

/**
 * Deals with their history. Each changed deal's log is asked for, once for each change that a window sees: nothing in a deal says that
 * its status stayed as it was, because a deal that is reopened loses its closing times, and people set those times by hand
 * (https://developers.pipedrive.com/docs/api/v1/Deals#updateDeal). A deal that was merged into another is told as deleted; into which
 * one, only webhooks tell. What was archived leaves the first list and stands in the second.
 */
export const deals: Stream<PipedriveContext> = {
  object: 'deal',
  label: 'Deals and their stages',
  cadenceS: 15 * 60,
  async fetchPage(context, input) {
    const list = {
      path: '/api/v2/deals',
      archivedPath: '/api/v2/deals/archived',
      query: anyStatus,
      pageSizeMax: dealsMax,
    };
    const { records, ...page } = await fetchWindowPage(context, input, list);
    return { ...page, ...(await withHistory(context, records, input.signal)) };
  },
  async fetchByIds(context, { externalIds, now, signal }) {
    const found = await fetchKnown(context, '/api/v2/deals', externalIds, anyStatus, signal);
    const rest = missingFrom(externalIds, found);
    if (rest.length > 0) found.push(...(await fetchKnown(context, '/api/v2/deals/archived', rest, anyStatus, signal)));
    const { records, deleted = [] } = await withHistory(context, found, signal);
    return { records, deleted: [...deleted, ...gone(missingFrom(externalIds, found), now)] };
  },
  movements,
  mapping: {
    object: 'deal',
    externalId: 'id',
    sourceUpdatedAt: 'update_time',
    fields: [
      { target: 'title', source: 'title', required: true, transform: { kind: 'text' } },
      // Added to the record: Pipedrive's `stage_id` stays as it was when a deal is won or lost.
      { target: 'stage', source: 'effective_stage', required: true, transform: { kind: 'text' } },
      { target: 'contactExternalId', source: 'person_id', required: false, transform: { kind: 'text' } },
      { target: 'ownerExternalId', source: 'owner_id', required: false, transform: { kind: 'text' } },
      { target: 'amount', source: 'value', required: false, transform: { kind: 'decimal' } },
      { target: 'currency', source: 'currency', required: false, transform: { kind: 'text' } },
      { target: 'expectedCloseOn', source: 'expected_close_date', required: false, transform: { kind: 'day' } },
      { target: 'openedAt', source: 'add_time', required: false, transform: { kind: 'timestamp' } },
    ],
  },
  writes,
};

/** Persons with the name of their organisation. The list leaves out who was deleted: webhooks tell of them. */
export const contacts: Stream<PipedriveContext> = {
  object: 'contact',
  label: 'Persons',
  cadenceS: 60 * 60,
  async fetchPage(context, input) {
    const { records, ...page } = await fetchWindowPage(context, input, { path: '/api/v2/persons', pageSizeMax: personsMax });
    return { ...page, ...(await withOrganizations(context, records, input.signal)) };
  },
  async fetchByIds(context, { externalIds, now, signal }) {
    const found = await fetchKnown(context, '/api/v2/persons', externalIds, {}, signal);
    const { records, deleted = [] } = await withOrganizations(context, found, signal);
    return { records, deleted: [...deleted, ...gone(missingFrom(externalIds, found), now)] };
  },
  mapping: {
    object: 'contact',
    externalId: 'id',
    sourceUpdatedAt: 'update_time',
    fields: [
      { target: 'name', source: 'name', required: false, transform: { kind: 'text' } },
      // Added to the record: what a person has none of is there and empty, and only what Pipedrive no longer gives is not there.
      { target: 'email', source: 'primary_email', required: false, transform: { kind: 'text' } },
      { target: 'phone', source: 'primary_phone', required: false, transform: { kind: 'text' } },
      { target: 'organisation', source: 'organization_name', required: false, transform: { kind: 'text' } },
    ],
  },
};

async function withHistory(context: PipedriveContext, found: RawRecord[], signal?: AbortSignal): Promise<Records> {
  const { present, deleted } = parted(found);
  const ids = present.map(({ id }) => id);
  const logs = await fetchLogs(context, ids, signal);
  const records = present.map((deal) => {
    const stage = effectiveStage(deal['status'], deal['stage_id']);
    return { ...deal, ...(stage !== undefined && { effective_stage: stage }), changelog: logs.get(deal.id)! };
  });
  return { records, deleted };
}

/** https://developers.pipedrive.com/docs/api/v1/Organizations#getOrganizations */
const organizationSchema = z.object({ id: z.int(), name: z.string().nullish() });

async function withOrganizations(context: PipedriveContext, found: RawRecord[], signal?: AbortSignal): Promise<Records> {
  const { present, deleted } = parted(found);
  const ids = [...new Set(present.map((person) => person['org_id']).filter((id) => Number.isInteger(id)))];
  const names = new Map<unknown, z.infer<typeof organizationSchema>>();
  if (ids.length > 0) {
    const query = { ids: ids.join(','), limit: personsMax };
    const { data } = await getJson(context, '/api/v2/organizations', z.array(organizationSchema), { query, signal });
    for (const organization of data) names.set(organization.id, organization);
  }
  const records = present.map((person) => ({
    ...person,
    ...('emails' in person && { primary_email: primaryOf(person['emails']) }),
    ...('phones' in person && { primary_phone: primaryOf(person['phones']) }),
    ...('org_id' in person && { organization_name: names.get(person['org_id'])?.name ?? null }),
  }));
  return { records, deleted };
}

/** The one that is marked, or else the first; `null` where there is none. */
function primaryOf(values: unknown): unknown {
  const list: unknown[] = Array.isArray(values) ? values : [];
  const entries = list as ({ value?: unknown; primary?: unknown } | null)[];
  return (entries.find((entry) => entry?.primary === true) ?? entries[0])?.value ?? null;
}

function parted(found: RawRecord[]): { present: RawRecord[]; deleted: DeletedRecord[] } {
  const isDeleted = ({ is_deleted, status }: RawRecord) => is_deleted === true || status === 'deleted';
  return {
    present: found.filter((record) => !isDeleted(record)),
    deleted: found.filter(isDeleted).map(({ id, update_time }) => ({
      externalId: String(id),
      at: new Date(update_time).toISOString(),
      mergedInto: null,
    })),
  };
}

/** "If any of the requested entities do not exist or are not visible, they are not included in the response." */
async function fetchKnown(
  context: PipedriveContext,
  path: string,
  externalIds: string[],
  query: Record<string, string>,
  signal?: AbortSignal,
): Promise<RawRecord[]> {
  const ids = externalIds.filter((id) => /^\d{1,15}$/.test(id));
  if (ids.length === 0) return [];
  const asked = { ...query, ids: ids.join(','), limit: ids.length };
  return (await getJson(context, path, z.array(rawRecord), { query: asked, signal })).data;
}

function missingFrom(externalIds: string[], found: RawRecord[]): string[] {
  const known = new Set(found.map(({ id }) => String(id)));
  return externalIds.filter((id) => !known.has(id));
}

/** Deleted for good, or out of this user's sight. */
function gone(externalIds: string[], now: Date): DeletedRecord[] {
  return externalIds.map((externalId) => ({ externalId, at: now.toISOString(), mergedInto: null }));
}
