import { z } from 'zod';
import type { CheckResult } from '../contract.ts';
import { getJson, type PipedriveContext } from './client.ts';

/** There is no v2 of it. https://developers.pipedrive.com/docs/api/v1/Users#getCurrentUser */
const meSchema = z.object({
  company_id: z.int().positive(),
  company_name: z.string().max(500).nullish(),
  company_domain: z.string().max(200).nullish(),
  is_admin: z.union([z.boolean(), z.int()]).nullish(),
  access: z.array(z.object({ app: z.string().optional(), admin: z.boolean().optional() })).nullish(),
});

/**
 * The company that the token was given for. What is read, and what webhooks tell, is what the token's user may see there
 * (https://pipedrive.readme.io/docs/guide-for-webhooks-v2), so it says whether that is an admin.
 */
export async function check(context: PipedriveContext): Promise<CheckResult> {
  const { data } = await getJson(context, '/api/v1/users/me', meSchema);
  const externalId = String(data.company_id);
  const name = data.company_name || `Pipedrive company ${externalId}`;
  const isAdmin = Boolean(data.is_admin) || (data.access ?? []).some(({ app, admin }) => app === 'sales' && admin === true);
  const where = data.company_domain ? `${data.company_domain}.pipedrive.com` : 'pipedrive.com';
  const sees = isAdmin ? 'everything, as an admin' : 'only what this user may see: an admin’s token sees everything';
  return {
    account: { externalId, name, status: isAdmin ? 'admin' : 'regular_user' },
    usable: { ok: true },
    reaches: [
      {
        kind: 'company',
        externalId,
        label: `${name} (${where}; sees ${sees})`,
        capabilities: isAdmin ? ['sees_everything'] : [],
      },
    ],
  };
}
