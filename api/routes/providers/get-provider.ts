import { route } from '../../route.ts';
import { describeForms, providerFormsSchema } from './schema.ts';

export const getProvider = route({
  method: 'get',
  path: '/providers/:providerKey',
  permission: 'provider.read',
  summary: 'One provider with its credentials and settings forms',
  answer: providerFormsSchema,
  handle: async ({ deps, found }) => describeForms(found.provider, deps.oauth.clientIds),
});
