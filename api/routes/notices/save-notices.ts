import type { NoticeSettings } from '../../../domain/reaching.ts';
import { invalid } from '../../errors.ts';
import { route } from '../../route.ts';
import { describeNotices, noticesBody, noticesSchema, type GivenChannel } from './schema.ts';

export const saveNotices = route({
  method: 'post',
  path: '/users/:userId/notices',
  permission: 'user.manage',
  summary: 'Set how a person is told about incidents; replaces what was set',
  body: noticesBody,
  answer: noticesSchema,
  async handle({ deps, found: { user }, body, audit }) {
    if (user.disabledAt)
      throw invalid([{ path: 'userId', message: 'This person is disabled and is told nothing: enable them first.' }]);
    const before = (await deps.stores.noticeSettings.read(user))?.channels ?? [];
    const channels = body.channels.map((given, index) => complete(given, before, index));
    await deps.stores.noticeSettings.save(user, { ...body, channels }, audit);
    return describeNotices(await deps.stores.noticeSettings.show(user.id));
  },
});

/** An address that is left out stays as it was, so that what was read can be changed and sent back. */
function complete(given: GivenChannel, before: NoticeSettings['channels'], index: number): NoticeSettings['channels'][number] {
  const { channel } = given;
  if (channel === 'sms' || channel === 'email') return { channel, to: null, secret: null };
  const earlier = before.find((each) => each.channel === channel);
  const to = given.url ?? earlier?.to ?? null;
  const secret = channel === 'webhook' ? (given.secret ?? (given.url ? null : (earlier?.secret ?? null))) : null;
  if (!to) throw invalid([{ path: `channels.${index}.url`, message: 'Is missing: no address was entered before.' }]);
  if (channel === 'webhook' && !secret)
    throw invalid([{ path: `channels.${index}.secret`, message: 'Is missing: what is sent to a webhook is signed.' }]);
  return { channel, to, secret };
}
