import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Notice, NoticeChannel, NoticeMeans } from '../../domain/notice.ts';
import { createNotices, NoticeFailure, reach, type Notices } from '../../notices/index.ts';
import { signatureOf } from '../../notices/webhook.ts';
import { createEgress } from '../../providers/egress.ts';
import { startHooks, startMail, type HookServer, type MailServer } from './far-ends.ts';

const notice: Notice = {
  id: 'incident_01-opened-1-user_01',
  kind: 'opened',
  subject: 'Twilio of Smith & Sons',
  happened: 'Twilio of Smith & Sons: the provider did not answer <3 times>.',
  next: 'The next person is told in 15 minutes.',
  todo: 'Look at the provider’s status page.',
  link: 'https://linkwright.example.com/incidents/incident_01',
  reply: 'ACK 4F7K2M',
};
const about = { connectionId: 'conn_01', companyId: 'comp_01' };
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

let hooks: HookServer;
let mail: MailServer;
let notices: Notices;
const lines: object[] = [];
const setUp = (url: string, allow: string[] = ['127.0.0.1/32']): Notices =>
  createNotices({
    sms: null,
    email: { url, from: 'alerts@example.com' },
    baseUrls: {},
    egress: createEgress({ allow }),
    logCall: () => undefined,
    logPost: (call) => void lines.push(call),
    timeoutMs: 1_000,
  });
beforeAll(async () => {
  [hooks, mail] = await Promise.all([startHooks(), startMail()]);
  notices = setUp(`smtp://user:password@127.0.0.1:${mail.port}`);
});
beforeEach(() => {
  hooks.posts.length = 0;
  mail.mails.length = 0;
});
afterAll(() => Promise.all([hooks.close(), mail.close()]));

const means = (channel: NoticeChannel, to = hooks.url): NoticeMeans => ({ channel, to, secret });
const send = (channel: NoticeChannel, to?: string, set = notices) =>
  set[channel]!.send({ means: means(channel, to), notice, about, earlier: null });
const failureOf = async (sending: Promise<unknown>): Promise<NoticeFailure> => {
  const error = await sending.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NoticeFailure);
  return error as NoticeFailure;
};

describe('what goes over the wire', () => {
  it('to Slack: a text for the notification and blocks, with its three letters escaped', async () => {
    await send('slack');
    const [{ headers, body }] = hooks.posts as [HookServer['posts'][number]];
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(body)).toMatchObject({
      text: 'Linkwright: Twilio of Smith &amp; Sons: Twilio of Smith &amp; Sons: the provider did not answer &lt;3 times&gt;.',
      blocks: [
        { type: 'section', text: { type: 'mrkdwn' } },
        { text: { text: `${notice.next}\n${notice.todo}` } },
        { text: { text: `<${notice.link}|Look and answer>` } },
      ],
    });
  });

  it('to Teams: one Adaptive Card that opens the link', async () => {
    hooks.answers.push(202);
    await send('teams');
    const { type, attachments } = JSON.parse(hooks.posts[0]!.body) as {
      type: string;
      attachments: [{ contentType: string; content: any }];
    };
    expect(type).toBe('message');
    expect(attachments[0]).toMatchObject({ contentType: 'application/vnd.microsoft.card.adaptive' });
    expect(attachments[0].content).toMatchObject({ type: 'AdaptiveCard', version: '1.4', actions: [{ url: notice.link }] });
    expect(attachments[0].content.body.map(({ text }: { text: string }) => text).slice(1)).toEqual([
      notice.happened,
      notice.next,
      notice.todo,
    ]);
  });

  it('to a webhook: the form of Standard Webhooks, under one id however often it is sent', async () => {
    await send('webhook');
    await send('webhook');
    expect(hooks.posts.map(({ headers }) => headers['webhook-id'])).toEqual([notice.id, notice.id]);
    const { headers, body } = hooks.posts[0]!;
    const seconds = Number(headers['webhook-timestamp']);
    expect(Math.abs(seconds - Date.now() / 1_000)).toBeLessThan(30);
    expect(headers['webhook-signature']).toBe(signatureOf({ id: notice.id, at: new Date(seconds * 1_000), body, secret }));
    expect(JSON.parse(body)).toMatchObject({ type: 'linkwright.notice', data: { ...about, happened: notice.happened } });
  });

  it('signs as the standard’s own example does', () => {
    const example = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: new Date(1_614_265_330_000), body: '{"test": 2432232314}', secret };
    expect(signatureOf(example)).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('to a mail server: one letter under one Message-ID, that no machine answers', async () => {
    await send('email', 'owner@example.com');
    await send('email', 'owner@example.com');
    expect(mail.mails).toHaveLength(2);
    for (const text of mail.mails) {
      expect(text).toContain('Message-ID: <incident_01-opened-1-user_01@example.com>');
      expect(text).toContain('Auto-Submitted: auto-generated');
      expect(text).toContain('Subject: Linkwright: Twilio of Smith & Sons');
    }
  });
});

describe('a failure', () => {
  it.each([
    [404, 'configuration_invalid', 'none'],
    [410, 'configuration_invalid', 'none'],
    [403, 'configuration_invalid', 'none'],
    [302, 'configuration_invalid', 'none'],
    [429, 'rate_limited', 'none'],
    [500, 'provider_unavailable', 'unknown'],
    ['reset', 'provider_unavailable', 'unknown'],
  ] as const)('of %s is %s and its effect %s', async (answer, code, effect) => {
    hooks.answers.push(answer);
    const failure = await failureOf(send('slack'));
    expect(failure).toMatchObject({ code, effect });
    expect(failure.message).not.toContain('secret');
  });

  it('says how long the far end wants us to wait', async () => {
    hooks.answers.push({ status: 429, headers: { 'retry-after': '30' } });
    expect(await failureOf(send('teams'))).toMatchObject({ retryAfterMs: 30_000, retryable: true });
  });

  it('of an address inside: nothing is sent, and the address stays ours', async () => {
    const guarded = setUp('smtp://127.0.0.1:1', []);
    for (const channel of ['slack', 'teams', 'webhook'] as const) {
      const failure = await failureOf(send(channel, hooks.url, guarded));
      expect(failure).toMatchObject({ code: 'configuration_invalid', effect: 'none' });
    }
    expect(hooks.posts).toEqual([]);
  });

  it.each([
    [450, 'provider_unavailable'],
    [550, 'configuration_invalid'],
  ])('of a mail server with %i is %s', async (refusal, code) => {
    mail.refusals.push(refusal);
    expect(await failureOf(send('email', 'owner@example.com'))).toMatchObject({ code, effect: 'none' });
  });

  it('of the login says which variable to set, and not what it holds', async () => {
    const failure = await failureOf(send('email', 'a@example.com', setUp(`smtp://user:wrong-one@127.0.0.1:${mail.port}`)));
    expect(failure.code).toBe('credentials_rejected');
    expect(failure.message).toContain('SMTP_URL');
    expect(failure.message).not.toContain('wrong-one');
  });

  it('of a mail server that is not there has had no effect', async () => {
    const failure = await failureOf(send('email', 'a@example.com', setUp('smtp://127.0.0.1:1')));
    expect(failure).toMatchObject({ code: 'provider_unavailable', effect: 'none' });
  });
});

it('goes on to the next means of a person, and says why', async () => {
  hooks.answers.push(404);
  const reached = await reach(
    notices,
    [means('sms', '+15005550006'), means('slack'), means('email', 'a@example.com')],
    notice,
    about,
  );
  expect(reached).toMatchObject({ told: 'email', failures: [{ channel: 'slack' }] });
  expect(mail.mails).toHaveLength(1);
});

it('writes no address into a log line', () => {
  expect(lines.length).toBeGreaterThan(5);
  expect(JSON.stringify(lines)).not.toContain('secret');
});
