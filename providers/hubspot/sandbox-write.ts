/** Changes of one record by a program. https://developers.hubspot.com/docs/api-reference/latest/crm/objects/deals/guide */
import { z } from 'zod';
import type { SandboxAnswer, SandboxRequest } from '../contract.ts';
import { setProperties, tell, type SandboxCrm, type SandboxObject } from './sandbox-crm.ts';
import { recordJson } from './sandbox-crm-wire.ts';
import { isLive } from './sandbox-records.ts';
import { apiError, json } from './sandbox-wire.ts';

const bodySchema = z.strictObject({ properties: z.record(z.string(), z.string()) });

const known: Record<SandboxObject, readonly string[]> = {
  deals: ['dealname', 'dealstage', 'pipeline', 'amount', 'deal_currency_code', 'closedate', 'hubspot_owner_id'],
  contacts: ['firstname', 'lastname', 'email', 'phone', 'company'],
};

/** All properties or none; the history of the stage moves on, and the app's subscriptions are told. */
export function patch(crm: SandboxCrm, object: SandboxObject, { body }: SandboxRequest, id: string): SandboxAnswer {
  const record = crm[object].byId.get(Number(id));
  if (!record || !isLive(record)) return apiError(404, 'OBJECT_NOT_FOUND', 'resource not found');
  const parsed = bodySchema.safeParse(JSON.parse(body));
  if (!parsed.success) return apiError(400, 'VALIDATION_ERROR', 'Invalid input JSON');
  const { properties } = parsed.data;
  const fault = Object.entries(properties)
    .map(([name, value]) => faultOf(crm, object, { ...record.properties, ...properties }, name, value))
    .find((text) => text !== null);
  if (fault) return apiError(400, 'VALIDATION_ERROR', `Property values were not valid: ${fault}`);
  const changed = Object.entries(properties).filter(([name, value]) => (record.properties[name] ?? '') !== value);
  setProperties(crm[object], record, { properties });
  for (const [propertyName, propertyValue] of changed)
    tell(crm, {
      subscriptionType: `${object === 'deals' ? 'deal' : 'contact'}.propertyChange`,
      objectId: record.id,
      changeSource: 'INTEGRATION',
      propertyName,
      propertyValue,
    });
  return json(200, recordJson(object, record, { properties: Object.keys(properties) }));
}

function faultOf(
  crm: SandboxCrm,
  object: SandboxObject,
  after: Record<string, string>,
  name: string,
  value: string,
): string | null {
  if (!known[object].includes(name)) return `Property "${name}" does not exist`;
  if (name === 'dealstage') {
    const pipeline = crm.pipelines.find(({ id }) => id === (after['pipeline'] ?? 'default'));
    return pipeline?.stages.some((stage) => stage.id === value) ? null : `${value} was not one of the allowed options`;
  }
  if (value === '') return null;
  if (name === 'amount' && Number.isNaN(Number(value))) return `${value} was not a valid number.`;
  if (name === 'closedate' && Number.isNaN(Date.parse(value))) return `${value} was not a valid long.`;
  if (name === 'hubspot_owner_id' && !crm.owners.some((owner) => owner.id === value && !owner.archived))
    return `${value} was not one of the allowed options`;
  return null;
}
