import { wakePushesOf } from '../../push-work.ts';
import { route } from '../../route.ts';
import { describePush, pushSchema } from './schema.ts';

export const cancelPush = route({
  method: 'post',
  path: '/pushes/:pushId/cancel',
  permission: 'record.write',
  summary: 'Take back a change that is not written yet; later ones of the record go on',
  answer: pushSchema,
  refusals: [409],
  async handle({ deps, caller, found, audit }) {
    const push = await deps.stores.pushes.cancel(found.push.id, audit);
    await deps.stores.tasks.completeBySubject(push.id, 'It was cancelled.', audit.actor);
    await wakePushesOf(deps, push.connectionId);
    return describePush(deps, caller, push);
  },
});
