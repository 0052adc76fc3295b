/** HubSpot's shapes of records and pipelines. https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide */
import type { SandboxCrm, SandboxObject, SandboxPipeline } from './sandbox-crm.ts';
import type { SandboxRecord, SandboxVersion } from './sandbox-records.ts';

export const modifiedProperty: Record<SandboxObject, string> = {
  deals: 'hs_lastmodifieddate',
  contacts: 'lastmodifieddate',
};

const iso = (ms: number) => new Date(ms).toISOString();

export function propertyOf(object: SandboxObject, record: SandboxRecord, name: string): string | null {
  if (name === 'hs_object_id') return String(record.id);
  if (name === 'createdate') return iso(record.createdAtMs);
  if (name === modifiedProperty[object]) return iso(record.modifiedAtMs);
  return record.properties[name] ?? null;
}

export function recordJson(
  object: SandboxObject,
  record: SandboxRecord,
  { properties, withHistory = [] }: { properties: string[]; withHistory?: string[] | undefined },
) {
  const names = ['createdate', modifiedProperty[object], 'hs_object_id', ...properties];
  return {
    id: String(record.id),
    properties: Object.fromEntries(names.map((name) => [name, propertyOf(object, record, name)])),
    ...(withHistory.includes('dealstage') && {
      propertiesWithHistory: { dealstage: record.stages.map(versionJson).toReversed() },
    }),
    createdAt: iso(record.createdAtMs),
    updatedAt: iso(record.modifiedAtMs),
    archived: record.archivedAtMs !== null,
    ...(record.archivedAtMs !== null && { archivedAt: iso(record.archivedAtMs) }),
  };
}

function versionJson({ value, atMs, userId }: SandboxVersion) {
  const source =
    userId === null
      ? { sourceType: 'INTEGRATION', sourceId: '5512' }
      : { sourceType: 'CRM_UI', sourceId: `userId:${userId}`, updatedByUserId: userId };
  return { value, timestamp: iso(atMs), ...source };
}

/** https://developers.hubspot.com/docs/api-reference/legacy/crm/pipelines/guide */
export function pipelineJson({ id, label, stages }: SandboxPipeline, displayOrder: number) {
  return {
    id,
    label,
    displayOrder,
    stages: stages.map((stage, order) => ({
      id: stage.id,
      label: stage.label,
      displayOrder: order,
      metadata: { isClosed: String(stage.isClosed), probability: stage.probability.toFixed(1) },
      createdAt: '2024-01-01T00:00:00.000Z',
      updatedAt: '2024-01-01T00:00:00.000Z',
      archived: false,
    })),
    createdAt: '2024-01-01T00:00:00.000Z',
    updatedAt: '2024-01-01T00:00:00.000Z',
    archived: false,
  };
}

/** https://developers.hubspot.com/docs/api-reference/crm-crm-owners-v3/guide */
export function ownersJson({ owners }: SandboxCrm, query: URLSearchParams) {
  const listed = owners.filter(({ archived }) => String(archived) === (query.get('archived') ?? 'false'));
  const from = Number(query.get('after') ?? 0);
  const to = from + Number(query.get('limit') ?? 100);
  const results = listed.slice(from, to).map((owner) => {
    const userId = Number(owner.id);
    return { ...owner, type: 'PERSON', userIdIncludingInactive: userId, ...(!owner.archived && { userId }) };
  });
  return { results, ...(to < listed.length && { paging: { next: { after: String(to), link: '' } } }) };
}
