import { z } from 'zod';
import { route } from '../../route.ts';
import { maskAddress, maskText } from '../../mask.ts';

const senderSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    label: z.string(),
    address: z.string().nullable().meta({ description: 'The last four digits of a number.' }),
    capabilities: z.array(z.string()),
  })
  .meta({ id: 'Sender' });

export const listSenders = route({
  method: 'get',
  path: '/connections/:connectionId/senders',
  permission: 'connection.read',
  summary: 'What the connected account reaches: its numbers, services, sub-accounts',
  answer: z.object({ items: z.array(senderSchema) }),
  async handle({ deps, found }) {
    const reaches = await deps.stores.accounts.reaches(found.connection.id);
    const items = reaches.map((sender) => ({
      ...sender,
      label: maskText(sender.label),
      address: sender.address && maskAddress(sender.address),
    }));
    return { items };
  },
});
