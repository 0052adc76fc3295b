import { z } from 'zod';
import { sessionTimes } from '../../../domain/session.ts';
import { ApiError, invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { newPassword } from '../../sessions/schema.ts';
import { browserOf } from './browser-of.ts';

export const setPassword = route({
  method: 'post',
  path: '/session/own-password',
  permission: 'session.own',
  summary: 'Set one’s own password; the person’s other browsers are signed out',
  body: z.strictObject({
    password: newPassword,
    current: z.string().max(256).optional().meta({ description: 'Needed unless the person signed in by a link just now.' }),
  }),
  answer: z.object({ ended: z.int().min(0).meta({ description: 'Other browsers that were signed out.' }) }),
  refusals: [409],
  async handle({ deps: { stores, limits }, caller, body, audit }) {
    const session = browserOf(caller);
    const user = (await stores.users.find(caller.actor))!;
    const isProven = session.method === 'link' && session.ageMs < sessionTimes.linkIsProofMs;
    if (!isProven) {
      if (!(await stores.passwords.isSet(user.id)))
        throw new ApiError(
          409,
          'refused',
          'You have no password: ask an admin for a sign-in link, and set one within a quarter of an hour.',
        );
      await limits.login(user.email);
      const { userId, isRight } = await stores.passwords.check(user.email, body.current ?? '');
      if (!isRight || userId !== user.id) {
        await limits.loginFailed(user.email);
        throw invalid([{ path: 'current', message: 'Is not your password. Without it, ask an admin for a sign-in link.' }]);
      }
    }
    await stores.passwords.set(user, body.password, audit);
    return stores.sessions.endAll(user, { exceptId: session.id }, audit);
  },
});
