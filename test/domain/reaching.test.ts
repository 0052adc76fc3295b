import { describe, expect, it } from '@jest/globals';
import type { NoticeChannel } from '../../domain/notice.ts';
import { defaultPolicy } from '../../domain/policy.ts';
import { passesQuietHours, quietForMs, waysTo, type NoticeSettings, type Reachable } from '../../domain/reaching.ts';
import { readReply } from '../../domain/sms-reply.ts';

const url = 'https://hooks.slack.com/services/x';
const settings = (channels: NoticeChannel[], more: Partial<NoticeSettings> = {}): NoticeSettings => ({
  timeZone: 'Europe/Berlin',
  quietHours: { from: '22:00', to: '07:00' },
  channels: channels.map((channel) => ({ channel, to: channel === 'slack' ? url : null, secret: null })),
  textsStoppedAt: null,
  ...more,
});
const person = (notices: NoticeSettings | null = null, phone: string | null = '+15005550006'): Reachable => ({
  phone,
  email: 'a@example.com',
  notices,
});
const ways = (of: Reachable, first?: NoticeChannel) =>
  waysTo(of, first).map((way) => ('means' in way ? way.channel : `no ${way.channel}`));

describe('the ways to a person', () => {
  it.each<[string, Reachable, NoticeChannel | undefined, string[]]>([
    ['SMS, then e-mail, when nothing is set', person(), undefined, ['sms', 'email']],
    ['what they chose, in their order', person(settings(['slack', 'email'])), undefined, ['slack', 'email']],
    ['the rung’s own first', person(settings(['slack', 'email'])), 'email', ['email', 'slack']],
    ['the rung’s own, though they did not choose it', person(settings(['slack'])), 'sms', ['sms', 'slack']],
    ['what is missing, said as such', person(null, null), undefined, ['no sms', 'email']],
    ['a webhook without address, said as such', person(settings(['teams', 'sms'])), undefined, ['no teams', 'sms']],
    ['no SMS after a STOP', person(settings(['sms', 'email'], { textsStoppedAt: new Date() })), undefined, ['no sms', 'email']],
  ])('are %s', (_, of, first, expected) => {
    expect(ways(of, first)).toEqual(expected);
  });

  it('ask for nothing that nobody chose', () => {
    expect(waysTo(person()).map(({ isAsked }) => isAsked)).toEqual([true, false]);
    expect(waysTo(person(settings(['email']))).map(({ isAsked }) => isAsked)).toEqual([true]);
  });
});

describe('quiet hours', () => {
  it('last by the person’s own clock', () => {
    const asleep = { notices: settings(['sms']) };
    expect(quietForMs(asleep, Date.parse('2026-11-23T21:00:00Z'))).toBe(9 * 3_600_000);
    expect(quietForMs(asleep, Date.parse('2026-11-23T20:59:00Z'))).toBe(0);
    expect(quietForMs({ notices: null }, Date.parse('2026-11-23T23:00:00Z'))).toBe(0);
  });

  it.each([
    ['credentials_rejected', 'urgent', true],
    ['permission_missing', 'urgent', true],
    ['provider_unavailable', 'urgent', false],
    ['provider_unavailable', 'all', true],
    ['credentials_rejected', 'none', false],
  ] as const)('are passed by %s where "%s" passes: %s', (cause, passQuietHours, passes) => {
    expect(passesQuietHours(cause, { ...defaultPolicy, passQuietHours })).toBe(passes);
  });
});

describe('a reply to a notice', () => {
  it.each([
    ['ACK', { kind: 'acknowledge', code: null }],
    [' ack. ', { kind: 'acknowledge', code: null }],
    ['Ack 4f7k2m', { kind: 'acknowledge', code: '4F7K2M' }],
    ['"ACK-4F7K2M"', { kind: 'acknowledge', code: '4F7K2M' }],
    ['Acknowledge', { kind: 'acknowledge', code: null }],
    ['stop', { kind: 'stop' }],
    [' START ', { kind: 'start' }],
    ['I will ACK later', { kind: 'other' }],
    ['Package', { kind: 'other' }],
    ['', { kind: 'other' }],
    ['👍', { kind: 'other' }],
  ])('%j is %j', (text, expected) => {
    expect(readReply(text)).toEqual(expected);
  });
});
