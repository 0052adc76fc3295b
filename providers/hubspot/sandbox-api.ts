/** HubSpot's CRM calls over one account: which path needs which scope, and what it answers. */
import { z } from 'zod';
import type { SandboxAnswer, SandboxRequest } from '../contract.ts';
import { objectTypes, type SandboxCrm, type SandboxObject } from './sandbox-crm.ts';
import { ownersJson, pipelineJson, recordJson } from './sandbox-crm-wire.ts';
import { isLive, type SandboxRecord, type SandboxRecords } from './sandbox-records.ts';
import { search } from './sandbox-search.ts';
import { patch } from './sandbox-write.ts';
import { apiError, json } from './sandbox-wire.ts';

export interface CrmCall {
  method: string;
  path: RegExp;
  /** https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes */
  scopes: (object: SandboxObject) => string[];
  answer(crm: SandboxCrm, object: SandboxObject, request: SandboxRequest, id: string): SandboxAnswer;
}

const named = `(?<object>${objectTypes.join('|')})`;
const read = (object: SandboxObject) => [`crm.objects.${object}.read`];

export const crmCalls: CrmCall[] = [
  {
    method: 'POST',
    path: new RegExp(`^/crm/v3/objects/${named}/search$`),
    scopes: read,
    answer: (crm, object, { body }) => search(object, crm[object], JSON.parse(body)),
  },
  { method: 'POST', path: new RegExp(`^/crm/v3/objects/${named}/batch/read$`), scopes: read, answer: batchRead },
  { method: 'GET', path: new RegExp(`^/crm/v3/objects/${named}$`), scopes: read, answer: list },
  {
    method: 'PATCH',
    path: new RegExp(`^/crm/v3/objects/${named}/(?<id>\\d+)$`),
    scopes: (object) => [`crm.objects.${object}.write`],
    answer: patch,
  },
  {
    method: 'POST',
    path: /^\/crm\/v4\/associations\/(?<object>deals)\/contacts\/batch\/read$/,
    scopes: () => ['crm.objects.deals.read', 'crm.objects.contacts.read'],
    answer: associations,
  },
  {
    method: 'GET',
    path: /^\/crm\/v3\/pipelines\/(?<object>deals)$/,
    scopes: read,
    answer: ({ pipelines }) => json(200, { results: pipelines.map(pipelineJson) }),
  },
  {
    method: 'GET',
    path: /^\/crm\/v3\/owners\/?$/,
    scopes: () => ['crm.objects.owners.read'],
    answer: (crm, _object, { query }) => json(200, ownersJson(crm, query)),
  },
];

const batchSchema = z.strictObject({
  inputs: z.array(z.strictObject({ id: z.string() })).min(1),
  properties: z.array(z.string()).default([]),
  propertiesWithHistory: z.array(z.string()).optional(),
});

/** https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/deals/batch/get-deals */
function batchRead(crm: SandboxCrm, object: SandboxObject, { body, query }: SandboxRequest): SandboxAnswer {
  const parsed = batchSchema.safeParse(JSON.parse(body));
  if (!parsed.success) return apiError(400, 'VALIDATION_ERROR', 'Invalid input JSON');
  const { inputs, properties, propertiesWithHistory: withHistory } = parsed.data;
  // Half as many where histories are asked for. https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide
  const inputsMax = withHistory && withHistory.length > 0 ? 50 : 100;
  if (inputs.length > inputsMax) return apiError(400, 'VALIDATION_ERROR', `At most ${inputsMax} inputs are taken.`);
  const archived = query.get('archived') === 'true';
  const found = inputs.map(({ id }) => ({ id, record: findFor(crm[object], Number(id), archived) }));
  const results = new Set(found.flatMap(({ record }) => record ?? []));
  return batchAnswer(
    [...results].map((record) => recordJson(object, record, { properties, withHistory })),
    found.flatMap(({ id, record }) => (record ? [] : [id])),
    'Could not get some objects, they may be deleted or not exist. Check that ids are valid.',
  );
}

/** Who asks for a record that was merged is given the one that took it in. */
function findFor(records: SandboxRecords, id: number, archived: boolean): SandboxRecord | undefined {
  const record = records.byId.get(id);
  if (record && record.mergedInto !== null) return findFor(records, record.mergedInto, archived);
  return record && (record.archivedAtMs !== null) === archived ? record : undefined;
}

function batchAnswer(results: unknown[], missing: string[], message: string, subCategory?: string): SandboxAnswer {
  const at = new Date().toISOString();
  const error = { status: 'error', category: 'OBJECT_NOT_FOUND', ...(subCategory && { subCategory }), message };
  return json(missing.length > 0 ? 207 : 200, {
    status: 'COMPLETE',
    results,
    ...(missing.length > 0 && { numErrors: 1, errors: [{ ...error, context: { ids: missing } }] }),
    startedAt: at,
    completedAt: at,
  });
}

function list(crm: SandboxCrm, object: SandboxObject, { query }: SandboxRequest): SandboxAnswer {
  const limit = Number(query.get('limit') ?? 10);
  if (!(limit >= 1 && limit <= 100)) return apiError(400, 'VALIDATION_ERROR', 'limit is between 1 and 100');
  const archived = query.get('archived') === 'true';
  const after = Number(query.get('after') ?? 0);
  const properties = (query.get('properties') ?? '').split(',').filter(Boolean);
  const found: SandboxRecord[] = [];
  for (const record of crm[object].byId.values()) {
    const isAsked = archived ? record.archivedAtMs !== null : isLive(record);
    if (isAsked && record.id >= after) found.push(record);
    if (found.length > limit) break;
  }
  const next = found[limit];
  return json(200, {
    results: found.slice(0, limit).map((record) => recordJson(object, record, { properties })),
    ...(next && { paging: { next: { after: String(next.id), link: '' } } }),
  });
}

/** https://developers.hubspot.com/docs/api-reference/legacy/crm/associations/associate-records/batch/get-associations */
function associations(crm: SandboxCrm, _object: SandboxObject, { body }: SandboxRequest): SandboxAnswer {
  const { inputs } = z.object({ inputs: z.array(z.strictObject({ id: z.string() })).min(1) }).parse(JSON.parse(body));
  if (inputs.length > 1_000) return apiError(400, 'VALIDATION_ERROR', 'At most 1000 inputs are taken.');
  const associationTypes = [{ category: 'HUBSPOT_DEFINED', typeId: 3, label: null }];
  const told = inputs.map(({ id }) => ({ id, contacts: crm.deals.byId.get(Number(id))?.contacts ?? [] }));
  return batchAnswer(
    told
      .filter(({ contacts }) => contacts.length > 0)
      .map(({ id, contacts }) => ({
        from: { id },
        to: contacts.map((contact) => ({ toObjectId: contact, associationTypes })),
      })),
    told.flatMap(({ id, contacts }) => (contacts.length === 0 ? [id] : [])),
    'No contact is associated with some deals.',
    'crm.associations.NO_ASSOCIATIONS_FOUND',
  );
}
