/** How people are told and who is on duty, by the API; and what they answer to the platform's number. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { replyCode } from '../../domain/incident-notice.ts';
import { by, company, connection, platformKey } from './fixtures.ts';
import { startApi, type Answer, type Api } from './server.ts';
import { signForm } from './twilio-signature.ts';

const notifier = {
  providerKey: 'twilio',
  credentials: { accountSid: `AC${'9'.repeat(32)}`, authToken: 'canary-notifier-token' },
};
const publicUrl = 'https://hooks.example.com';
const phone = '+14155550111';
let api: Api;
let ours: Awaited<ReturnType<typeof company>>;
let key: string;
let userId: string;
let connectionId: string;
beforeAll(async () => {
  api = await startApi({ notifier, publicUrl });
  ours = await company(api, 'Ours');
  key = ours.keys.company_admin;
  const person = { companyId: ours.id, name: 'Olga', email: 'olga@example.com', phone, role: 'operator' as const };
  userId = (await api.stores.users.create(person, by)).id;
  connectionId = await connection(api, ours.id);
});
afterAll(() => api.close());

const call = (method: string, path: string, body?: unknown, as = key) => api.call(method, `/v1${path}`, { key: as, body });

describe('how a person is told', () => {
  const slack = 'https://hooks.slack.com/services/T0/B0/canary-slack';
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const body = {
    timeZone: 'Europe/Berlin',
    quietHours: { from: '22:00', to: '07:00' },
    channels: [
      { channel: 'slack', url: slack },
      { channel: 'webhook', url: 'https://alerts.example.com/in', secret },
      { channel: 'sms' },
    ],
  };
  const path = () => `/users/${userId}/notices`;

  it('is by SMS and e-mail until it is set, and never shows an address again', async () => {
    const usual = await call('GET', path());
    expect(usual.body.channels).toEqual([
      { channel: 'sms', host: null },
      { channel: 'email', host: null },
    ]);
    const saved = await call('POST', path(), body);
    expect(saved.body).toEqual({
      timeZone: 'Europe/Berlin',
      quietHours: { from: '22:00', to: '07:00' },
      channels: [
        { channel: 'slack', host: 'hooks.slack.com' },
        { channel: 'webhook', host: 'alerts.example.com' },
        { channel: 'sms', host: null },
      ],
      textsStoppedAt: null,
    });
    expect(
      saved.text + JSON.stringify((await api.stores.audit.list({ companyId: ours.id, limit: 50 })).items) + api.logLines.join(),
    ).not.toMatch(/canary-slack|whsec_/);
  });

  it('keeps an address that is left out', async () => {
    const channels = [{ channel: 'webhook' }, { channel: 'slack' }];
    expect((await call('POST', path(), { ...body, channels })).status).toBe(200);
    const person = (await api.stores.users.find(userId))!;
    expect((await api.stores.noticeSettings.read(person))?.channels).toEqual([
      { channel: 'webhook', to: 'https://alerts.example.com/in', secret },
      { channel: 'slack', to: slack, secret: null },
    ]);
  });

  it.each([
    [{ channel: 'slack', url: 'https://evil.example.com/services/x' }, 'channels.0.url'],
    [{ channel: 'slack', url: 'http://hooks.slack.com/services/x' }, 'channels.0.url'],
    [{ channel: 'teams' }, 'channels.0.url'],
    [{ channel: 'teams', url: 'https://prod-1.westeurope.logic.azure.com.example.com/x' }, 'channels.0.url'],
    [{ channel: 'webhook', url: 'https://other.example.com/in' }, 'channels.0.secret'],
    [{ channel: 'webhook', url: 'https://other.example.com/in', secret: 'short' }, 'channels.0.secret'],
    [{ channel: 'sms', url: slack }, 'channels.0.url'],
  ])('refuses %j by %s', async (channel, at) => {
    const answer = await call('POST', path(), { ...body, channels: [channel] });
    expect(answer.status).toBe(400);
    expect(answer.body.error.issues[0].path).toBe(at);
  });
});

describe('a duty roster', () => {
  const path = () => `/companies/${ours.id}/duty`;
  const always = (id: string) => ({ userId: id, timeZone: 'Asia/Tokyo', shifts: [] });

  it('says who is on duty now', async () => {
    const saved = await call('POST', path(), { members: [always(userId)] });
    expect(saved.body).toEqual({ members: [always(userId)], onDuty: [userId] });
    expect((await call('GET', path(), undefined, ours.keys.viewer)).body).toEqual(saved.body);
    expect((await call('POST', path(), { members: [] }, ours.keys.operator)).status).toBe(403);
  });

  it('names people of its own company alone, each once', async () => {
    const stranger = await company(api, 'Theirs');
    const person = { companyId: stranger.id, name: 'S', email: 's@example.com', phone: null, role: 'viewer' as const };
    const { id } = await api.stores.users.create(person, by);
    const answer = await call('POST', path(), { members: [always(id), always(userId), always(userId)] });
    expect(answer.body.error.issues.map((issue: { path: string }) => issue.path)).toEqual([
      'members.0.userId',
      'members.2.userId',
    ]);
    expect((await call('POST', '/duty', { members: [always(userId)] }, await platformKey(api))).status).toBe(400);
  });
});

describe('an answer to the platform’s number', () => {
  let sent = 0;
  async function reply(text: string, from = phone, token = notifier.credentials.authToken): Promise<Answer> {
    const fields = { MessageSid: `SM${String((sent += 1)).padStart(32, '0')}`, From: from, To: '+15005550006', Body: text };
    const url = `${publicUrl}/webhooks/notices`;
    return api.call('POST', '/webhooks/notices', {
      body: new URLSearchParams(fields).toString(),
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signForm(token, url, fields),
      },
    });
  }
  const told = async (cause: 'defect' | 'rate_limited') => {
    const { incidentId } = await api.stores.incidents.open({ companyId: ours.id, connectionId, cause, sentence: 'It is down.' });
    const notice = { incidentId, kind: 'opened' as const, rung: 1, userId, channel: 'sms' as const };
    await api.stores.incidents.alertSent((await api.stores.incidents.claimAlert(notice)).alertId, { externalId: null });
    return incidentId;
  };
  const metric = async (outcome: string) =>
    Number(
      new RegExp(`linkwright_notice_replies_total\\{outcome="${outcome}"\\} (\\d+)`).exec(
        (await api.call('GET', '/metrics')).text,
      )?.[1] ?? 0,
    );

  it('that is not signed by Twilio changes nothing', async () => {
    const answer = await reply('STOP', phone, 'another-token');
    expect(answer.status).toBe(401);
    expect(await metric('refused')).toBe(1);
    expect((await api.stores.noticeSettings.show(userId))?.textsStoppedAt).toBeNull();
  });

  it('of a number that nobody has changes nothing and is counted', async () => {
    const answer = await reply('ACK', '+14155559999');
    expect([answer.status, answer.text]).toEqual([200, '<?xml version="1.0" encoding="UTF-8"?><Response></Response>']);
    expect(await metric('unknown_number')).toBe(1);
  });

  it('says when there is nothing to acknowledge, and what can be answered', async () => {
    expect((await reply('ack')).text).toContain('<Message>Nothing is open that you were told of.</Message>');
    expect((await reply('What?')).text).toContain('<Message>Answer ACK to acknowledge');
  });

  it('is asked again when it cannot be recorded, and is kept as asked', async () => {
    const incidentId = await told('defect');
    expect((await reply(`ACK ${replyCode(incidentId)}`)).text).toContain('could not be recorded now');
    expect((await reply('ACK 000000')).text).toContain('has the code 000000');
    const { items } = await api.stores.audit.list({ companyId: ours.id, limit: 5 });
    expect(items).toContainEqual(
      expect.objectContaining({ actor: userId, action: 'escalation.acknowledge', subject: incidentId, outcome: 'asked' }),
    );
  });

  it('is heeded when it is STOP, until START', async () => {
    expect((await reply('Stop')).text).not.toContain('<Message>');
    expect((await api.stores.noticeSettings.show(userId))?.textsStoppedAt).toEqual(expect.any(Date));
    await reply('START');
    expect((await api.stores.noticeSettings.show(userId))?.textsStoppedAt).toBeNull();
  });

  it('of somebody whose role may not acknowledge is told so', async () => {
    const viewer = { companyId: ours.id, name: 'V', email: 'v@example.com', phone: '+14155550122', role: 'viewer' as const };
    await api.stores.users.create(viewer, by);
    expect((await reply('ACK', viewer.phone)).text).toContain('Your role may not acknowledge');
  });

  it('leaves no number and no text in a log line', () => {
    expect(api.logLines.join()).not.toMatch(/4155550111|canary-notifier|What\?/);
  });
});
