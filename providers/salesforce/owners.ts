import { z } from 'zod';
import { ownerName, type ProviderOwner } from '../../domain/records.ts';
import { queryEvery, unreadable, type SalesforceContext } from './client.ts';

/** https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_user.htm */
const userSchema = z.object({ Id: z.string().min(1).max(100), Name: z.string().nullish(), IsActive: z.boolean() });

/** Users are never deleted, only made inactive. Those of portals and communities, who may be very many, own no opportunity. */
export async function owners(context: SalesforceContext): Promise<ProviderOwner[]> {
  const rows = await queryEvery(context, "SELECT Id, Name, IsActive FROM User WHERE UserType = 'Standard' ORDER BY Id", {
    now: new Date(),
  });
  const read = z.array(userSchema).safeParse(rows);
  if (!read.success) throw unreadable();
  return read.data.map(({ Id, Name, IsActive }) => ({ externalId: Id, name: ownerName(Name), isActive: IsActive }));
}
