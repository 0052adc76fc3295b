/** Changes of one record. https://developer.salesforce.com/docs/platform/api-rest/guide/resources-sobject-retrieve-patch.html */
import { z } from 'zod';
import type { SandboxAnswer } from '../contract.ts';
import { changeOpportunity } from './sandbox-opportunities.ts';
import { wholeSecond, type SandboxOrg, type SandboxWorld } from './sandbox-state.ts';
import { apiError } from './sandbox-wire.ts';

const bodySchema = z.record(z.string(), z.union([z.string(), z.number(), z.null()]));
type Body = z.infer<typeof bodySchema>;

/** The user whom the app acts for. */
const by = '005000000000001AAA';

export function answerPatch(world: SandboxWorld, org: SandboxOrg, id: string, text: string): SandboxAnswer {
  const record = org.opportunities.get(id);
  if (!record) return apiError(404, 'NOT_FOUND', 'The requested resource does not exist');
  if (record.isDeleted) return apiError(404, 'ENTITY_IS_DELETED', 'entity is deleted');
  const parsed = bodySchema.safeParse(JSON.parse(text));
  if (!parsed.success) return apiError(400, 'JSON_PARSER_ERROR', 'The HTTP entity body could not be read');
  const { Name, StageName, Amount, CurrencyIsoCode, CloseDate, OwnerId } = parsed.data;
  const refused = refusalOf(org, parsed.data);
  if (refused) return refused;
  const change = {
    name: Name as string | undefined,
    stage: StageName as string | undefined,
    amount: Amount as number | null | undefined,
    currency: CurrencyIsoCode as string | undefined,
    closeDate: CloseDate as string | undefined,
    ownerId: OwnerId as string | undefined,
  };
  changeOpportunity(world, org, record, { ...change, by, at: Math.max(wholeSecond(Date.now()), record.changedAt) });
  return { status: 204, body: '' };
}

function refusalOf(org: SandboxOrg, body: Body): SandboxAnswer | null {
  const fields = ['Name', 'StageName', 'Amount', 'CloseDate', 'OwnerId', ...(org.multiCurrency ? ['CurrencyIsoCode'] : [])];
  const unknown = Object.keys(body).find((name) => !fields.includes(name) || org.hidden.includes(`Opportunity.${name}`));
  if (unknown !== undefined) return apiError(400, 'INVALID_FIELD', `No such column '${unknown}' on sobject of type Opportunity`);
  const { StageName, Amount, CloseDate, OwnerId } = body;
  for (const name of ['Name', 'StageName', 'CloseDate'])
    if (name in body && (body[name] === null || body[name] === ''))
      return apiError(400, 'REQUIRED_FIELD_MISSING', `Required fields are missing: [${name}]`);
  if (StageName !== undefined && !org.stages.some(({ ApiName }) => ApiName === StageName))
    return apiError(
      400,
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      `Stage: bad value for restricted picklist field: ${StageName}`,
    );
  if (Amount !== undefined && Amount !== null && typeof Amount !== 'number')
    return apiError(400, 'JSON_PARSER_ERROR', 'Cannot deserialize instance of currency from VALUE_STRING value');
  if (CloseDate !== undefined && !z.iso.date().safeParse(CloseDate).success)
    return apiError(400, 'JSON_PARSER_ERROR', 'Cannot deserialize instance of date from VALUE_STRING value');
  if (OwnerId !== undefined && !org.users.some(({ id, isActive }) => id === OwnerId && isActive))
    return apiError(400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  return null;
}
