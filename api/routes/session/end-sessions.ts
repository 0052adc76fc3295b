import { z } from 'zod';
import { route } from '../../route.ts';
import { browserOf } from './browser-of.ts';

export const endSessions = route({
  method: 'delete',
  path: '/sessions',
  permission: 'session.own',
  summary: 'Sign out everywhere, this browser among them',
  answer: z.object({ ended: z.int().min(0) }),
  refusals: [409],
  handle({ deps, caller, audit }) {
    browserOf(caller);
    return deps.stores.sessions.endAll({ id: caller.actor, companyId: caller.companyId }, {}, audit);
  },
});
