/** Changes of one deal. https://developers.pipedrive.com/docs/api/v1/Deals#updateDeal */
import { z } from 'zod';
import type { SandboxAnswer } from '../contract.ts';
import { log, moveTo, rename, setStatus } from './sandbox-deals.ts';
import { nowS, type SandboxCompany } from './sandbox-state.ts';
import { apiError, dealJson, json } from './sandbox-wire.ts';

const changeSchema = z.strictObject({
  title: z.string().min(1).optional(),
  value: z.number().optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional(),
  owner_id: z.int().optional(),
  stage_id: z.int().optional(),
  status: z.enum(['open', 'won', 'lost']).optional(),
  expected_close_date: z.iso.date().nullable().optional(),
});

export function changeDeal(company: SandboxCompany, id: number, body: string): SandboxAnswer {
  const deal = company.deals.get(id);
  if (!deal || deal.isDeleted) return apiError(404, 'Deal not found');
  const parsed = changeSchema.safeParse(JSON.parse(body));
  if (!parsed.success) return apiError(400, `Validation failed: ${parsed.error.issues[0]!.path.join('.')}`);
  const { title, value, currency, owner_id: owner, stage_id: stage, status, expected_close_date: closesOn } = parsed.data;
  if (stage !== undefined && !company.stages.some((each) => each.id === stage && !each.isDeleted))
    return apiError(400, 'Stage not found');
  if (owner !== undefined && !company.users.some((user) => user.id === owner && user.isActive))
    return apiError(400, 'Owner not found');
  const at = Math.max(nowS(), deal.updatedAt);
  const set = <Name extends 'value' | 'currency' | 'ownerId' | 'expectedCloseDate'>(
    name: Name,
    key: string,
    after: (typeof deal)[Name] | undefined,
  ) => {
    if (after === undefined || after === deal[name]) return;
    log(deal, key, String(deal[name]), String(after), at);
    deal[name] = after;
  };
  if (title !== undefined && title !== deal.title) rename(deal, title, at);
  if (stage !== undefined) moveTo(company, deal, stage, at);
  if (status !== undefined) setStatus(deal, status, at);
  set('value', 'value', value);
  set('currency', 'currency', currency);
  set('ownerId', 'user_id', owner);
  set('expectedCloseDate', 'expected_close_date', closesOn);
  return json(200, { success: true, data: dealJson(company, deal) });
}
