/** What Pipedrive sends us. https://pipedrive.readme.io/docs/guide-for-webhooks-v2 */
import { randomUUID } from 'node:crypto';
import { dealJson, personJson } from './sandbox-wire.ts';
import { userId, type SandboxCompany } from './sandbox-state.ts';

export interface WebhookInput {
  entity: 'deal' | 'person';
  entityId: number;
  action: 'create' | 'change' | 'delete';
  /** Of the event; a retry has the same. */
  id: string;
  attempt: number;
  mergedToId?: string | undefined;
  mergedFromId?: string | undefined;
}

export const newEventId = () => randomUUID();

export function webhookBody(company: SandboxCompany, input: WebhookInput) {
  const { entity, entityId, action, id, attempt, mergedToId, mergedFromId } = input;
  const deal = entity === 'deal' ? company.deals.get(entityId) : undefined;
  const person = entity === 'person' ? company.persons.get(entityId) : undefined;
  const record = deal ? dealJson(company, deal) : person ? personJson(company, person) : { id: entityId };
  return {
    meta: {
      action,
      entity,
      company_id: String(company.companyId),
      correlation_id: randomUUID(),
      entity_id: String(entityId),
      id,
      is_bulk_edit: false,
      timestamp: new Date().toISOString(),
      type: 'general',
      user_id: String(userId),
      version: '2.0',
      webhook_id: '501',
      webhook_owner_id: String(userId),
      change_source: 'app',
      attempt,
      host: `${company.domain}.pipedrive.com`,
      permitted_user_ids: [String(userId)],
      ...(mergedToId !== undefined && { merged_to_id: mergedToId }),
      ...(mergedFromId !== undefined && { merged_from_id: mergedFromId }),
    },
    data: action === 'delete' ? null : record,
    previous: action === 'create' ? null : action === 'delete' ? record : {},
  };
}

export function basicHeader(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Pipedrive waits ten seconds for an answer. `null`: nobody answered. */
export async function post(url: string, auth: string, body: unknown, signal: AbortSignal): Promise<number | null> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'Pipedrive Webhooks', authorization: auth },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
    });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return null;
  }
}
