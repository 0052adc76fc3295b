import { z } from 'zod';
import type { CheckResult } from '../contract.ts';
import { callJson, type HubspotContext } from './client.ts';

/** Needs the scope `oauth` alone. https://developers.hubspot.com/docs/api-reference/latest/account/account-information/guide */
const detailsSchema = z.object({
  portalId: z.int().positive(),
  accountType: z.string().regex(/^\w{1,60}$/),
  uiDomain: z.string().max(100).nullish(),
  dataHostingLocation: z.string().max(20).nullish(),
  companyCurrency: z.string().length(3).nullish(),
});

const details = (context: HubspotContext, signal?: AbortSignal) =>
  callJson(context, { path: '/account-info/v3/details', signal }, detailsSchema);

/** Of amounts that name no other. */
export async function companyCurrency(context: HubspotContext, signal?: AbortSignal): Promise<string | null> {
  return (await details(context, signal)).companyCurrency ?? null;
}

/** The account (HubSpot says portal) that the token was given for. */
export async function check(context: HubspotContext): Promise<CheckResult> {
  const { portalId, accountType, uiDomain, dataHostingLocation } = await details(context);
  const externalId = String(portalId);
  const name = `HubSpot account ${externalId}`;
  const where = [uiDomain, dataHostingLocation].filter(Boolean).join(', ');
  return {
    account: { externalId, name, status: accountType },
    usable: { ok: true },
    reaches: [{ kind: 'portal', externalId, label: where ? `${name} (${where})` : name, capabilities: [] }],
  };
}
