import { z } from 'zod';
import type { CheckResult } from '../contract.ts';
import { queryAll, unreadable, type SalesforceContext } from './client.ts';
import { dealFields } from './deals.ts';
import { classify, SalesforceApiError } from './errors.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_organization.htm */
const orgSchema = z.object({
  Id: z.string().regex(/^00D\w{12,15}$/),
  Name: z.string(),
  OrganizationType: z.string(),
  IsSandbox: z.boolean(),
});

/** The org that the session is of, and whether its user sees what is synced: every field is asked for once. */
export async function check(context: SalesforceContext): Promise<CheckResult> {
  const now = new Date();
  const { rows } = await queryAll(context, 'SELECT Id, Name, OrganizationType, IsSandbox FROM Organization', { now });
  const org = orgSchema.safeParse(rows[0]);
  if (!org.success) throw unreadable();
  const { Id, Name, OrganizationType, IsSandbox } = org.data;
  const { host } = new URL(context.credentials.instanceUrl);
  return {
    account: { externalId: Id, name: Name, status: IsSandbox ? `${OrganizationType}, sandbox` : OrganizationType },
    usable: await usable(context, now),
    reaches: [{ kind: 'org', externalId: Id, label: `${Name} (${host})`, capabilities: [] }],
  };
}

async function usable(context: SalesforceContext, now: Date): Promise<CheckResult['usable']> {
  try {
    await queryAll(context, `SELECT ${dealFields(context.settings).join(', ')} FROM Opportunity LIMIT 1`, { now });
    return { ok: true };
  } catch (error) {
    if (!(error instanceof SalesforceApiError)) throw error;
    const failure = classify(error);
    if (failure.code !== 'permission_missing') throw error;
    return { ok: false, failure };
  }
}
