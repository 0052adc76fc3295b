import { z } from 'zod';
import type { CheckResult } from '../contract.ts';
import { getJson, type HubspotContext } from './client.ts';

/** Needs the scope `oauth` alone. https://developers.hubspot.com/docs/api-reference/latest/account/account-information/guide */
const detailsSchema = z.object({
  portalId: z.int().positive(),
  accountType: z.string().regex(/^\w{1,60}$/),
  uiDomain: z.string().max(100).nullish(),
  dataHostingLocation: z.string().max(20).nullish(),
});

/** The account (HubSpot says portal) that the token was given for. */
export async function check(context: HubspotContext): Promise<CheckResult> {
  const { portalId, accountType, uiDomain, dataHostingLocation } = await getJson(
    context,
    '/account-info/v3/details',
    detailsSchema,
  );
  const externalId = String(portalId);
  const name = `HubSpot account ${externalId}`;
  const where = [uiDomain, dataHostingLocation].filter(Boolean).join(', ');
  return {
    account: { externalId, name, status: accountType },
    usable: { ok: true },
    reaches: [{ kind: 'portal', externalId, label: where ? `${name} (${where})` : name, capabilities: [] }],
  };
}
