import { z } from 'zod';
import { route } from '../../route.ts';
import { browserOf } from './browser-of.ts';

export const endSession = route({
  method: 'delete',
  path: '/session',
  permission: 'session.own',
  summary: 'Sign out of this browser',
  answer: z.object({ ended: z.literal(1) }),
  refusals: [409],
  async handle({ deps, caller, audit }) {
    await deps.stores.sessions.end(browserOf(caller).id, { id: caller.actor, companyId: caller.companyId }, audit);
    return { ended: 1 as const };
  },
});
