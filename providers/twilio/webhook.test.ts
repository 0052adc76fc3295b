import { describe, expect, it } from '@jest/globals';
import { MalformedWebhook, type InboundRequest } from '../contract.ts';
import { accountSid, authToken, messageSid, publicUrl, sender, signedForm, signedJson } from './twilio.fixture.ts';
import { twilio } from './index.ts';

const webhook = twilio.webhook!;
const credentials = { accountSid, authToken };
const verify = (request: InboundRequest, token = authToken) =>
  webhook.verify(request, { ...credentials, authToken: token }, new Date());
const mismatch = { ok: false, reason: 'mismatch' };
const formType = 'application/x-www-form-urlencoded';
const status = { MessageSid: messageSid('1'), MessageStatus: 'delivered', To: '+14155550100' };

describe('Twilio’s signature', () => {
  const params = 'CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212';
  const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
  const vector = (over: Partial<InboundRequest>, signature: string, type = formType): InboundRequest => ({
    method: 'POST',
    url,
    body: Buffer.from(params),
    ...over,
    headers: { 'x-twilio-signature': signature, 'content-type': type },
  });

  it('matches Twilio’s own examples of forms and JSON', () => {
    // The vectors of twilio-node's spec/validation.spec.js.
    expect(verify(vector({}, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='), '12345')).toEqual({ ok: true });
    const hash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
    const json = { url: `${url}&bodySHA256=${hash}`, body: Buffer.from('{"property": "value", "boolean": true}') };
    expect(verify(vector(json, 'a9nBmqA0ju/hNViExpshrM61xv4=', 'application/json'), '12345')).toEqual({ ok: true });
  });

  it('matches with and without the port, whichever Twilio signed', () => {
    const withPort = url.replace('.com', '.com:443');
    expect(verify(vector({ url: withPort }, 'RSOYDt4T1cUTdK1PDd93/VVr8B8='), '12345')).toEqual({ ok: true });
    const signedWithPort = signedForm(status, { url: publicUrl.replace('.com', '.com:443') });
    expect(verify({ ...signedWithPort, url: publicUrl })).toEqual({ ok: true });
  });

  it('is made for the public URL, so behind a proxy the local one does not match', () => {
    const request = signedForm(status);
    expect(verify(request)).toEqual({ ok: true });
    expect(verify({ ...request, url: publicUrl.replace('https://hooks.example.com', 'http://127.0.0.1:3000') })).toEqual(
      mismatch,
    );
  });

  it('covers the query of the callback, so another delivery’s id does not pass', () => {
    const request = signedForm(status, { url: `${publicUrl}?delivery=dlv_1` });
    expect(verify(request)).toEqual({ ok: true });
    expect(verify({ ...request, url: `${publicUrl}?delivery=dlv_2` })).toEqual(mismatch);
  });

  it('counts the values of a repeated name once each and in order, as Twilio does', () => {
    const body = 'MessageSid=SM1&MediaUrl=b&MediaUrl=a&MediaUrl=b';
    const request = signedForm({ MessageSid: 'SM1', MediaUrl: 'aMediaUrlb' }, { body });
    expect(verify(request)).toEqual({ ok: true });
    expect(verify({ ...request, body: Buffer.from('MessageSid=SM1&MediaUrl=a') })).toEqual(mismatch);
  });

  it('fails when the form was written anew in another encoding, or lost a parameter', () => {
    const inbound = signedForm({ MessageSid: messageSid('1'), Body: 'é', Extra: '' });
    expect(verify(inbound)).toEqual({ ok: true });
    const latin1 = inbound.body.toString().replace('%C3%A9', '%E9');
    for (const body of [latin1, inbound.body.toString().replace('&Extra=', ''), JSON.stringify({ MessageSid: messageSid('1') })])
      expect(verify({ ...inbound, body: Buffer.from(body) })).toEqual(mismatch);
  });

  it('is not fooled by a form that claims to be JSON, nor by JSON without a signed hash', () => {
    const form = signedForm({});
    expect(
      verify({ ...form, body: Buffer.from('{}'), headers: { ...form.headers, 'content-type': 'application/json' } }),
    ).toEqual(mismatch);
    const json = signedJson({ MessageSid: messageSid('1') });
    expect(verify({ ...json, url: publicUrl })).toEqual(mismatch);
    expect(verify({ ...json, headers: { ...json.headers, 'content-type': formType } })).toEqual(mismatch);
  });
});

describe('Twilio’s webhooks', () => {
  const parse = (request: InboundRequest) => webhook.parse(request)[0]!;

  it('are one event for each status of a message, and one for an inbound message', () => {
    const keys = ['queued', 'sent', 'delivered', 'delivered'].map(
      (MessageStatus) => parse(signedForm({ ...status, MessageStatus })).key,
    );
    expect(keys).toEqual([
      `${messageSid('1')}:queued`,
      `${messageSid('1')}:sent`,
      `${messageSid('1')}:delivered`,
      `${messageSid('1')}:delivered`,
    ]);
    expect(parse(signedForm({ MessageSid: messageSid('2'), SmsStatus: 'received', From: '+14155550100', Body: '' })).key).toBe(
      messageSid('2'),
    );
    expect(parse(signedForm({ SmsSid: messageSid('4'), SmsStatus: 'sent' })).key).toBe(`${messageSid('4')}:sent`);
  });

  it('bring our delivery’s id back from the signed URL, and from nowhere else', () => {
    const [told] = twilio.normalize({
      ...parse(signedForm(status, { url: `${publicUrl}?delivery=dlv_7` })),
      occurredAt: '2026-01-02T03:04:05.000Z',
    });
    expect(told).toEqual({
      kind: 'message_status',
      externalId: messageSid('1'),
      occurredAt: '2026-01-02T03:04:05.000Z',
      status: 'delivered',
      errorCode: null,
      sentence: null,
      deliveryId: 'dlv_7',
    });
    const [claimed] = twilio.normalize(parse(signedForm({ ...status, delivery: 'dlv_8' })));
    expect(claimed).toMatchObject({ deliveryId: null });
  });

  const malformed: [string, string, string | Buffer][] = [
    ['a percent sign that encodes nothing', formType, 'MessageSid=%zz'],
    ['bytes that are not UTF-8', formType, Buffer.from([0x4d, 0x3d, 0xff])],
    ['encoded bytes that are not UTF-8', formType, `MessageSid=${messageSid('1')}&Body=%ff%fe`],
    ['no SID', formType, 'MessageStatus=sent'],
    ['an SID of something else', formType, `MessageSid=CA${'1'.repeat(32)}`],
    ['a repeated SID', formType, `MessageSid=${messageSid('1')}&MessageSid=${messageSid('2')}`],
    ['a status that is none', formType, `MessageSid=${messageSid('1')}&MessageStatus=${'x'.repeat(100)}`],
    ['nothing', formType, ''],
    ['JSON that ends early', 'application/json', '{"MessageSid":'],
    ['JSON that is not an object', 'application/json', `["${messageSid('1')}"]`],
    ['JSON null', 'application/json', 'null'],
    ['a form that claims to be JSON', 'application/json', `MessageSid=${messageSid('1')}`],
  ];
  it.each(malformed)('are malformed with %s', (_name, contentType, body) => {
    const request = { method: 'POST', url: publicUrl, headers: { 'content-type': contentType }, body: Buffer.from(body) };
    expect(() => webhook.parse(request)).toThrow(MalformedWebhook);
  });
});

describe('What Twilio’s events mean', () => {
  const at = '2026-01-02T03:04:05.000Z';
  const meaning = (params: Record<string, string>) =>
    twilio.normalize({ ...webhook.parse(signedForm({ MessageSid: messageSid('5'), ...params }))[0]!, occurredAt: at });

  it.each([
    ['accepted', 'accepted'],
    ['scheduled', 'accepted'],
    ['queued', 'accepted'],
    ['sending', 'accepted'],
    ['sent', 'sent'],
    ['partially_delivered', 'sent'],
    ['delivered', 'delivered'],
    ['read', 'read'],
    ['undelivered', 'undelivered'],
    ['failed', 'failed'],
    ['canceled', 'cancelled'],
  ])('says %s as %s', (MessageStatus, expected) => {
    expect(meaning({ MessageStatus })).toEqual([expect.objectContaining({ kind: 'message_status', status: expected })]);
  });

  it('says nothing of a status that Twilio may add one day, and passes on an error code', () => {
    expect(meaning({ MessageStatus: 'teleported' })).toEqual([]);
    expect(meaning({ MessageStatus: 'undelivered', ErrorCode: '30003' })).toEqual([
      expect.objectContaining({ errorCode: '30003', sentence: twilio.errorCatalogue['30003']!.sentence }),
    ]);
    expect(meaning({ MessageStatus: 'failed', ErrorCode: '39999' })).toEqual([
      expect.objectContaining({ errorCode: '39999', sentence: expect.stringContaining('docs/api/errors/39999') }),
    ]);
  });

  it('hears an opt-out that a status tells, because a messaging service refuses after it took the message', () => {
    expect(meaning({ MessageStatus: 'failed', ErrorCode: '21610', To: '+14155550100' })).toEqual([
      expect.objectContaining({ kind: 'message_status', status: 'failed' }),
      { kind: 'opt_out', externalId: messageSid('5'), occurredAt: at, address: '+14155550100', source: 'provider:21610' },
    ]);
  });

  it('reads an inbound message with all that it says', () => {
    expect(meaning({ SmsStatus: 'received', From: '+14155550100', To: sender, Body: 'Hello 👋', NumSegments: '2' })).toEqual([
      {
        kind: 'message_received',
        externalId: messageSid('5'),
        occurredAt: at,
        fields: {
          direction: 'inbound',
          fromAddress: '+14155550100',
          toAddress: sender,
          body: 'Hello 👋',
          status: 'received',
          segments: 2,
          errorCode: null,
          price: null,
          currency: null,
          sentAt: at,
        },
      },
    ]);
  });

  it('tells of the message under the names that its resource has', () => {
    const record = (params: Record<string, string>) =>
      twilio.asRecord!(webhook.parse(signedForm({ MessageSid: messageSid('5'), SmsStatus: 'received', ...params }))[0]!);
    expect(record({ From: '+14155550100', To: sender, AccountSid: 'AC1', MessagingServiceSid: 'MG1', Body: 'Hello' })).toEqual({
      sid: messageSid('5'),
      account_sid: 'AC1',
      messaging_service_sid: 'MG1',
      from: '+14155550100',
      to: sender,
    });
    expect(record({ From: '' })).toEqual({ sid: messageSid('5') });
  });

  it.each([
    ['a keyword', { Body: ' stop ' }, 'opt_out'],
    ['a keyword to come back', { Body: 'START' }, 'opt_in'],
    ['a company’s own keyword', { Body: 'no more', OptOutType: 'STOP' }, 'opt_out'],
    ['a company’s own keyword to come back', { Body: 'again', OptOutType: 'START' }, 'opt_in'],
    ['a request for help', { Body: 'END', OptOutType: 'HELP' }, undefined],
    ['a sentence with a keyword in it', { Body: 'please stop by at 9' }, undefined],
  ])('hears %s', (_name, params, kind) => {
    const [received, intent] = meaning({ SmsStatus: 'received', From: '+14155550100', To: sender, ...params });
    expect(received).toMatchObject({ kind: 'message_received' });
    const source = 'keyword';
    expect(intent).toEqual(kind && { kind, externalId: messageSid('5'), occurredAt: at, address: '+14155550100', source });
  });
});
