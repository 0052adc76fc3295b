import { z } from 'zod';
import { isRenewed } from '../../../providers/auth-kinds.ts';
import { getProvider } from '../../../providers/registry.ts';
import { forEyesOf } from '../../mask.ts';
import { route } from '../../route.ts';
import { moment } from '../../schemas.ts';

const heldCredentialsSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    label: z.string().meta({ description: 'Of the kind, as people say it.' }),
    standing: z.enum(['staged', 'active', 'lost']).meta({
      description: 'staged: given and not yet proved by a real call; lost: they can no longer be renewed.',
    }),
    scopes: z.array(z.string()).nullable().meta({ description: 'What was granted; null: nobody was told.' }),
    givenAt: moment,
    expiresAt: moment.nullable().meta({ description: 'When the access token ends; null: when it does not.' }),
    renewsItself: z.boolean(),
    renewedAt: moment.nullable().meta({ description: 'When the provider last gave new ones by itself.' }),
    nextRenewalAt: moment.nullable(),
    lostReason: z.string().nullable(),
  })
  .meta({ id: 'HeldCredentials' });

export const listCredentials = route({
  method: 'get',
  path: '/connections/:connectionId/credentials',
  permission: 'connection.read',
  summary: 'The credentials that a connection holds, by kind, end and scopes; never a value',
  answer: z.object({ items: z.array(heldCredentialsSchema) }),
  async handle({ deps, caller, found: { connection } }) {
    const { auth } = getProvider(connection.providerKey);
    const held = await deps.stores.tokens.facts(connection.id);
    return {
      items: held.map((facts) => {
        const kind = auth.find((one) => one.kind === facts.kind);
        return {
          ...facts,
          label: kind?.label ?? facts.kind,
          renewsItself: kind !== undefined && isRenewed(kind),
          lostReason: facts.lostReason && forEyesOf(caller)(facts.lostReason),
        };
      }),
    };
  },
});
