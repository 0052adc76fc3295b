import { z } from 'zod';
import { isAllowed, permissions, roles, type Permission } from '../../../domain/permissions.ts';
import { route } from '../../route.ts';

const all = Object.keys(permissions) as [Permission, ...Permission[]];

export const getSession = route({
  method: 'get',
  path: '/session',
  permission: 'session.own',
  summary: 'Who is signed in, and what they may do',
  answer: z
    .object({
      user: z
        .object({ id: z.string(), name: z.string(), email: z.string() })
        .nullable()
        .meta({ description: 'null for a key that is nobody’s.' }),
      role: z.enum(roles),
      company: z.object({ id: z.string(), name: z.string(), timeZone: z.string() }).nullable(),
      permissions: z.array(z.enum(all)),
      method: z.enum(['password', 'link', 'oidc', 'key_or_token']),
    })
    .meta({ id: 'Session' }),
  async handle({ deps: { stores }, caller: { actor, role, companyId, session } }) {
    const [user, company] = await Promise.all([
      stores.users.find(actor),
      companyId === null ? null : stores.companies.find(companyId),
    ]);
    return {
      user,
      role,
      company,
      permissions: all.filter((permission) => isAllowed(role, permission)),
      method: session?.method ?? ('key_or_token' as const),
    };
  },
});
