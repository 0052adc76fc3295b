import { z } from 'zod';
import { ownerName, type ProviderOwner } from '../../domain/records.ts';
import { getJson, type PipedriveContext } from './client.ts';

/** All users at once, those who were deactivated among them. https://developers.pipedrive.com/docs/api/v1/Users#getUsers */
const usersSchema = z.array(z.object({ id: z.int(), name: z.string().nullish(), active_flag: z.boolean().nullish() })).nullable();

export async function owners(context: PipedriveContext): Promise<ProviderOwner[]> {
  const { data } = await getJson(context, '/api/v1/users', usersSchema);
  return (data ?? []).map(({ id, name, active_flag }) => ({
    externalId: String(id),
    name: ownerName(name),
    isActive: active_flag !== false,
  }));
}
