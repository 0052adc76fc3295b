import { z } from 'zod';
import { allProviders } from '../../../providers/registry.ts';
import { route } from '../../route.ts';
import { describeProvider, providerSchema } from './schema.ts';

export const listProviders = route({
  method: 'get',
  path: '/providers',
  permission: 'provider.read',
  summary: 'List the providers that a company can be connected to',
  answer: z.object({ items: z.array(providerSchema) }),
  handle: async ({ deps }) => ({ items: allProviders().map((provider) => describeProvider(provider, deps.oauth.clientIds)) }),
});
