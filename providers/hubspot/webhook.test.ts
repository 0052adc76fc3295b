import { describe, expect, it } from '@jest/globals';
import { createHash, createHmac } from 'node:crypto';
import { MalformedWebhook, type InboundRequest } from '../contract.ts';
import { client, event, signed, webhookUrl } from './hubspot.fixture.ts';
import { hubspot } from './index.ts';

const webhook = hubspot.webhook!;
const credentials = { accessToken: 'unused', clientSecret: client.clientSecret };
const now = new Date('2026-03-01T12:00:00.000Z');
const verify = (request: InboundRequest, at = now) => webhook.verify(request, credentials, at);
const at = (aheadMs: number) => signed([event()], { atMs: now.getTime() + aheadMs });

describe('The signature of HubSpot’s webhooks', () => {
  it('covers method, address, raw bytes and time, as HubSpot’s page has it', () => {
    const body = '[{"eventId":1}]';
    const atMs = now.getTime();
    const url = 'https://hooks.example.com/webhooks/hubspot';
    const text = `POST${url}${body}${atMs}`;
    const headers = {
      'x-hubspot-signature-v3': createHmac('sha256', client.clientSecret).update(text).digest('base64'),
      'x-hubspot-request-timestamp': String(atMs),
    };
    const request = { method: 'POST', url, headers, body: Buffer.from(body) };
    expect(verify(request)).toEqual({ ok: true });
    for (const changed of [{ method: 'PUT' }, { url: `${url}/` }, { body: Buffer.from(`${body} `) }])
      expect(verify({ ...request, ...changed })).toEqual({ ok: false, reason: 'mismatch' });
    const later = { ...headers, 'x-hubspot-request-timestamp': String(atMs + 1) };
    expect(verify({ ...request, headers: later })).toEqual({ ok: false, reason: 'mismatch' });
  });

  it('has certain characters of the address decoded and all others as they were sent', () => {
    const path = 'https://hooks.example.com/webhooks/hubspot?a=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B&b=%20%26%25%C3%A9';
    const plain = path.replace('%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B', () => ":/?@!$'()*,;");
    const text = `POST${plain}[]${now.getTime()}`;
    const signature = createHmac('sha256', client.clientSecret).update(text).digest('base64');
    const headers = { 'x-hubspot-signature-v3': signature, 'x-hubspot-request-timestamp': String(now.getTime()) };
    expect(verify({ method: 'POST', url: path, headers, body: Buffer.from('[]') })).toEqual({ ok: true });
    expect(verify({ method: 'POST', url: path.toLowerCase(), headers, body: Buffer.from('[]') }).ok).toBe(false);
  });

  it.each([
    ['five minutes old', -300_000, { ok: true }],
    ['older than five minutes', -300_001, { ok: false, reason: 'expired' }],
    ['from a clock that is five minutes ahead', 300_000, { ok: true }],
    ['from further ahead', 300_001, { ok: false, reason: 'expired' }],
  ])('of a request that is %s', (_, aheadMs, verdict) => {
    expect(verify(at(aheadMs))).toEqual(verdict);
  });

  it('of an older version is not enough', () => {
    const { headers, ...request } = at(0);
    const body = request.body.toString();
    const { clientSecret } = client;
    for (const [version, text] of [
      ['v1', clientSecret + body],
      ['v2', `${clientSecret}POST${webhookUrl}${body}`],
    ] as const) {
      const older = {
        'x-hubspot-signature-version': version,
        'x-hubspot-signature': createHash('sha256').update(text).digest('hex'),
        'x-hubspot-request-timestamp': headers['x-hubspot-request-timestamp'],
      };
      expect(verify({ ...request, headers: older })).toEqual({ ok: false, reason: 'missing' });
    }
  });

  it('is refused without its time, with one that is no number, and where nobody gave the secret', () => {
    const request = at(0);
    const withTime = (time: string | undefined) => ({
      ...request,
      headers: { ...request.headers, 'x-hubspot-request-timestamp': time },
    });
    expect(verify(withTime(undefined))).toEqual({ ok: false, reason: 'missing' });
    expect(verify(withTime('soon'))).toEqual({ ok: false, reason: 'mismatch' });
    expect(webhook.verify(request, { accessToken: 'x' }, now)).toEqual({ ok: false, reason: 'mismatch' });
  });

  it('of a private app is checked with the secret that was entered', () => {
    const [, privateApp] = hubspot.auth;
    const values = { accessToken: 'pat-na1-1234', clientSecret: 'secret-of-the-private-app' };
    expect(privateApp).toMatchObject({ kind: 'api_key', secrets: ['accessToken', 'clientSecret'] });
    if (!privateApp || !('credentials' in privateApp)) throw new Error('The private app has a form.');
    expect(privateApp.credentials.safeParse(values).success).toBe(true);
    expect(privateApp.credentials.safeParse({ accessToken: values.accessToken }).success).toBe(true);
    const request = signed([event()], { secret: values.clientSecret, atMs: now.getTime() });
    expect(webhook.verify(request, values, now)).toEqual({ ok: true });
  });
});

describe('HubSpot’s events', () => {
  const parse = (events: unknown, body?: string) => webhook.parse(signed(events, body === undefined ? {} : { body }));
  const meaning = (over: Record<string, unknown>) => {
    const [{ key: _, ...parsed }] = parse([event(over)]) as [ReturnType<typeof parse>[number]];
    return hubspot.normalize(parsed);
  };
  const occurredAt = new Date(1_767_600_000_000).toISOString();
  const changed = (externalId: string, object = 'deal') => ({ kind: 'record_changed', object, externalId, occurredAt });
  const deleted = (externalId: string, mergedInto: string | null = null, object = 'deal') => ({
    kind: 'record_deleted',
    object,
    externalId,
    occurredAt,
    mergedInto,
  });

  it('are known again by portal, subscription, event, time and object, whichever attempt it is', () => {
    const keyOf = (over = {}) => parse([event(over)])[0]!.key;
    expect(keyOf()).toBe('20123456:25:3816279340:1767600000000:201');
    expect(keyOf({ attemptNumber: 3 })).toBe(keyOf());
    const others = [{ portalId: 1 }, { subscriptionId: 1 }, { eventId: 1 }, { occurredAt: 1 }, { objectId: 1 }];
    expect(new Set([keyOf(), ...others.map(keyOf)]).size).toBe(6);
  });

  it('are kept whole, each with its account and its time', () => {
    const [first, second] = parse([event(), event({ portalId: 7, occurredAt: 9e15 })]);
    expect(first).toMatchObject({ type: 'deal.propertyChange', occurredAt, data: event() });
    expect([first!, second!].map((each) => webhook.accountOf!(each))).toEqual(['20123456', '7']);
    expect(second!.occurredAt).toBeNull();
  });

  it.each([
    ['an object', '{}'],
    ['no JSON', '['],
    ['not UTF-8', undefined],
    ['an event without a portal', JSON.stringify([{ ...event(), portalId: undefined }])],
    ['an event whose type is a sentence', JSON.stringify([event({ subscriptionType: 'a b' })])],
    ['more than a hundred', JSON.stringify(Array.from({ length: 101 }, (_, eventId) => event({ eventId })))],
  ])('are malformed when the body is %s', (_, body) => {
    const request = signed([], body === undefined ? {} : { body });
    if (body === undefined) request.body = Buffer.from([0x22, 0xff, 0x22]);
    expect(() => webhook.parse(request)).toThrow(MalformedWebhook);
  });

  it('come a hundred at once', () => {
    expect(parse(Array.from({ length: 100 }, (_, eventId) => event({ eventId })))).toHaveLength(100);
  });

  it.each([
    ['deal.creation', [changed('201')]],
    ['deal.propertyChange', [changed('201')]],
    ['deal.restore', [changed('201')]],
    ['deal.deletion', [deleted('201')]],
    ['contact.creation', [changed('201', 'contact')]],
    ['contact.propertyChange', [changed('201', 'contact')]],
    ['contact.deletion', [deleted('201', null, 'contact')]],
    ['contact.privacyDeletion', [deleted('201', null, 'contact')]],
    ['company.propertyChange', []],
    ['conversation.newMessage', []],
    ['deal.levitation', []],
    ['message', []],
  ])('%s', (subscriptionType, told) => {
    expect(meaning({ subscriptionType })).toEqual(told);
  });

  it('of newer apps name their object by its type', () => {
    const told = (verb: string, objectTypeId: string) => meaning({ subscriptionType: `object.${verb}`, objectTypeId });
    expect(told('propertyChange', '0-3')).toEqual([changed('201')]);
    expect(told('deletion', '0-1')).toEqual([deleted('201', null, 'contact')]);
    expect(told('creation', '0-2')).toEqual([]);
    const association = { fromObjectTypeId: '0-1', fromObjectId: 5, toObjectTypeId: '0-3', toObjectId: 6 };
    expect(meaning({ subscriptionType: 'object.associationChange', ...association })).toEqual([changed('6')]);
  });

  it('of a merge tell who is gone and who has taken them in, whether that is a new record or the first one', () => {
    const merge = { subscriptionType: 'deal.merge', primaryObjectId: 401, mergedObjectIds: [402, 404] };
    expect(meaning({ ...merge, newObjectId: 403 })).toEqual([
      deleted('401', '403'),
      deleted('402', '403'),
      deleted('404', '403'),
      changed('403'),
    ]);
    for (const none of [undefined, null, 0])
      expect(meaning({ ...merge, newObjectId: none })).toEqual([deleted('402', '401'), deleted('404', '401'), changed('401')]);
  });

  it('of an association are of the deal, from whichever side they are told', () => {
    const association = (subscriptionType: string, associationType: string) =>
      meaning({ subscriptionType, associationType, fromObjectId: 501, toObjectId: 502, objectId: undefined });
    expect(association('deal.associationChange', 'DEAL_TO_CONTACT')).toEqual([changed('501')]);
    expect(association('contact.associationChange', 'CONTACT_TO_DEAL')).toEqual([changed('502')]);
    expect(association('deal.associationChange', 'DEAL_TO_COMPANY')).toEqual([]);
  });
});
