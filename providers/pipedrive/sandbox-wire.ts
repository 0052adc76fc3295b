/** Pipedrive's shapes: answers, errors, limits and records. */
import type { SandboxAnswer } from '../contract.ts';
import {
  userId,
  type SandboxChange,
  type SandboxCompany,
  type SandboxDeal,
  type SandboxPerson,
  type SandboxUser,
} from './sandbox-state.ts';

export function json(status: number, body: unknown, headers: Record<string, string> = {}): SandboxAnswer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: JSON.stringify(body) };
}

/** https://pipedrive.readme.io/docs/core-api-concepts-responses */
export function apiError(status: number, error: string, headers: Record<string, string> = {}): SandboxAnswer {
  return json(status, { success: false, error, errorCode: status, error_info: 'Please check developers.pipedrive.com' }, headers);
}

export const unauthorized = () => apiError(401, 'unauthorized access');
export const scopeMismatch = () => apiError(403, 'Scope and URL mismatch');

/** What Cloudflare puts in front of whoever goes on calling after 429. */
export const blocked = (): SandboxAnswer =>
  html(403, 'Access denied', '<p>This error is produced by <strong>Cloudflare</strong>.</p>');

/** The windows are two seconds long. https://pipedrive.readme.io/docs/core-api-concepts-rate-limiting */
export function limitHeaders({ budget, burst }: SandboxCompany): Record<string, string> {
  return {
    'x-ratelimit-limit': String(burst.limit),
    'x-ratelimit-remaining': String(Math.max(0, burst.limit - burst.used)),
    'x-ratelimit-reset': String(Math.max(1, Math.ceil((burst.startedMs + 2_000 - Date.now()) / 1_000))),
    'x-daily-ratelimit-token-limit': String(budget.limit),
    'x-daily-ratelimit-token-remaining': String(Math.max(0, budget.limit - budget.used)),
  };
}

/** v2 writes RFC 3339, v1 `YYYY-MM-DD HH:MM:SS`. */
export const rfc3339 = (seconds: number) => new Date(seconds * 1_000).toISOString().replace('.000Z', 'Z');
const v1Time = (seconds: number) => rfc3339(seconds).replace('T', ' ').replace('Z', '');
const orNull = (seconds: number | null) => (seconds === null ? null : rfc3339(seconds));

/** https://developers.pipedrive.com/docs/api/v1/Deals#getDeals */
export function dealJson({ stages }: SandboxCompany, deal: SandboxDeal) {
  const closedAt = deal.wonAt ?? deal.lostAt;
  return {
    id: deal.id,
    title: deal.title,
    creator_user_id: userId,
    owner_id: deal.ownerId,
    value: deal.value,
    person_id: deal.personId,
    org_id: deal.orgId,
    stage_id: deal.stageId,
    pipeline_id: stages.find(({ id }) => id === deal.stageId)!.pipelineId,
    currency: deal.currency,
    archive_time: deal.isArchived ? rfc3339(deal.updatedAt) : null,
    add_time: rfc3339(deal.addedAt),
    update_time: rfc3339(deal.updatedAt),
    stage_change_time: orNull(deal.stageChangedAt),
    status: deal.status,
    is_archived: deal.isArchived,
    is_deleted: deal.isDeleted,
    probability: null,
    lost_reason: deal.status === 'lost' ? 'Too expensive' : null,
    visible_to: 7,
    close_time: orNull(closedAt),
    won_time: orNull(deal.wonAt),
    lost_time: orNull(deal.lostAt),
    expected_close_date: deal.expectedCloseDate,
    label_ids: [],
    origin: 'ManuallyCreated',
    custom_fields: {},
  };
}

/** https://developers.pipedrive.com/docs/api/v1/Persons#getPersons */
export function personJson(_: SandboxCompany, person: SandboxPerson) {
  const [first, ...last] = person.name.split(' ');
  return {
    id: person.id,
    name: person.name,
    first_name: first,
    last_name: last.join(' '),
    owner_id: userId,
    org_id: person.orgId,
    add_time: rfc3339(person.addedAt),
    update_time: rfc3339(person.updatedAt),
    emails: person.emails,
    phones: person.phones,
    is_deleted: person.isDeleted,
    visible_to: 7,
    label_ids: [],
    custom_fields: {},
  };
}

/** https://developers.pipedrive.com/docs/api/v1/Deals#getDealChangelog */
export function changeJson({ at, ...change }: SandboxChange) {
  return {
    ...change,
    actor_user_id: userId,
    time: v1Time(at),
    change_source: 'app',
    change_source_user_agent: 'Mozilla/5.0',
    is_bulk_update_flag: false,
  };
}

/** https://developers.pipedrive.com/docs/api/v1/Users#getUsers */
export function userJson({ id, name, isActive }: SandboxUser) {
  const email = `user${id}@example.com`;
  return { id, name, email, lang: 1, locale: 'en_US', timezone_name: 'Europe/Tallinn', active_flag: isActive, activated: true };
}

/** https://developers.pipedrive.com/docs/api/v1/Users#getCurrentUser */
export function meJson({ companyId, name, domain, isAdmin }: SandboxCompany) {
  return {
    id: userId,
    name: 'Sandbox Person',
    email: 'person@example.com',
    active_flag: true,
    is_admin: isAdmin ? 1 : 0,
    access: [{ app: 'sales', admin: isAdmin, permission_set_id: '62cc4d7f-4038-4352-abf3-a8c1c822b631' }],
    timezone_name: 'Europe/Tallinn',
    company_id: companyId,
    company_name: name,
    company_domain: domain,
    company_country: 'EE',
  };
}

export function html(status: number, title: string, body: string): SandboxAnswer {
  const page = `<!doctype html><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: page };
}

export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
