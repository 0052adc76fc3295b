/** In which ways a person is reached, in which order, and whether now. */
import { consequences, type FailureCode } from './failure.ts';
import { channelLabels, type NoticeChannel, type NoticeMeans } from './notice.ts';
import type { ConnectionPolicy, QuietHours } from './policy.ts';
import { quietUntil } from './quiet-hours.ts';

/** What a person has set about notices; without it they are told by SMS, then by e-mail, at any hour. */
export interface NoticeSettings {
  timeZone: string;
  quietHours: QuietHours | null;
  /** In the order in which they want them. Phone number and e-mail address stand with the person; `to` is a webhook's. */
  channels: { channel: NoticeChannel; to: string | null; secret: string | null }[];
  /** Since when the person wants no SMS: a STOP is heeded. */
  textsStoppedAt: Date | null;
}

export interface Reachable {
  phone: string | null;
  email: string;
  notices: NoticeSettings | null;
}

/** `isAsked` is false for a way that nobody chose: where the platform has not set it up, that is no fault. */
export type Way = { channel: NoticeChannel; isAsked: boolean } & ({ means: NoticeMeans } | { missing: string });

/** The rung's own channel first, then the person's in their order. */
export function waysTo(person: Reachable, first?: NoticeChannel): Way[] {
  const chosen = person.notices?.channels.map(({ channel }) => channel) ?? [];
  const own: NoticeChannel[] = chosen.length > 0 ? chosen : ['sms', 'email'];
  const order = [...new Set(first ? [first, ...own] : own)];
  return order.map((channel) => {
    const isAsked = channel === first || chosen.includes(channel) || channel === 'sms';
    const means = meansOf(person, channel);
    return typeof means === 'string' ? { channel, isAsked, missing: means } : { channel, isAsked, means };
  });
}

function meansOf({ phone, email, notices }: Reachable, channel: NoticeChannel): NoticeMeans | string {
  if (channel === 'sms') {
    if (notices?.textsStoppedAt) return 'The person answered STOP and gets no SMS: START ends that.';
    return phone ? { channel, to: phone } : 'The person has no phone number: enter one, or name another person.';
  }
  if (channel === 'email') return email ? { channel, to: email } : 'The person has no e-mail address: enter one.';
  const entered = notices?.channels.find((each) => each.channel === channel);
  if (!entered?.to) return `The person has no ${channelLabels[channel]} address: enter one, or choose another channel.`;
  return { channel, to: entered.to, ...(entered.secret && { secret: entered.secret }) };
}

/** How long this person is not to be disturbed from now on, in milliseconds; 0 when now is as good as any time. */
export function quietForMs({ notices }: Pick<Reachable, 'notices'>, nowMs: number): number {
  return notices ? quietUntil(nowMs, notices.quietHours, notices.timeZone) - nowMs : 0;
}

/** Urgent is what waiting cannot help: only a person can end it. */
export function passesQuietHours(cause: FailureCode, { passQuietHours }: Pick<ConnectionPolicy, 'passQuietHours'>): boolean {
  return passQuietHours === 'urgent' ? consequences[cause].escalates === 'at_once' : passQuietHours === 'all';
}
