import { describe, expect, it } from '@jest/globals';
import { MalformedWebhook, type InboundRequest } from '../contract.ts';
import { webhookLogin, webhookOf } from './pipedrive.fixture.ts';
import { pipedrive } from './index.ts';
import { basicHeader } from './sandbox-webhooks.ts';

const webhook = pipedrive.webhook!;
const verify = (authorization: string | undefined, credentials: Record<string, string> = webhookLogin) => {
  const request = webhookOf({});
  return webhook.verify({ ...request, headers: { ...request.headers, authorization } }, credentials, new Date());
};
const mismatch = { ok: false, reason: 'mismatch' };

describe('The login that Pipedrive shows', () => {
  const { webhookUser, webhookPassword } = webhookLogin;

  it('is the one that was given, however its scheme is written', () => {
    const header = basicHeader(webhookUser, webhookPassword);
    for (const shown of [header, header.replace('Basic', 'basic'), header.replace('Basic', 'BASIC')])
      expect(verify(shown)).toEqual({ ok: true });
  });

  it('is no other, and none where none was given', () => {
    expect(verify(undefined)).toEqual({ ok: false, reason: 'missing' });
    for (const [user, password] of [
      [webhookUser, `${webhookPassword}1`],
      [webhookUser, ''],
      ['', webhookPassword],
      [`${webhookUser}:`, webhookPassword],
    ] as const)
      expect(verify(basicHeader(user, password))).toEqual(mismatch);
    expect(verify(`Bearer ${webhookPassword}`)).toEqual(mismatch);
    for (const credentials of [{}, { webhookUser }, { webhookPassword }, { accessToken: 'x' }])
      expect(verify(basicHeader('undefined', 'undefined'), credentials as Record<string, string>)).toEqual(mismatch);
    expect(verify(basicHeader('', ''), {})).toEqual(mismatch);
  });
});

describe('Pipedrive’s webhooks', () => {
  const parse = (request: InboundRequest) => webhook.parse(request)[0]!;
  const at = '2026-01-02T03:04:05.000Z';
  const meaning = (meta: Record<string, unknown>) => pipedrive.normalize(parse(webhookOf(meta)));
  const id = '52b1fd45-3f4a-4a4d-9c2b-1c5c3b0d7a11';

  it('have one key for an event, whichever delivery or webhook brings it', () => {
    const first = parse(webhookOf({ id, attempt: 1, webhook_id: '1', correlation_id: 'a' }));
    expect(first.key).toBe(`${id}:change.deal.1`);
    expect(parse(webhookOf({ id, attempt: 3, webhook_id: '2', correlation_id: 'b' })).key).toBe(first.key);
    expect(parse(webhookOf({ id, action: 'delete' })).key).not.toBe(first.key);
    expect(parse(webhookOf({ id, entity_id: 2 })).key).not.toBe(first.key);
  });

  it('name the company that they are of', () => {
    for (const company_id of ['4001001', 4_001_001])
      expect(webhook.accountOf!(parse(webhookOf({ id, company_id })))).toBe('4001001');
    expect(webhook.accountOf!(parse(webhookOf({ id })))).toBe('undefined');
  });

  it('tell when it happened, in either of the forms that Pipedrive documents', () => {
    expect(parse(webhookOf({ id, timestamp: at })).occurredAt).toBe(at);
    for (const timestamp of [1_767_323_045, '1767323045']) expect(parse(webhookOf({ id, timestamp })).occurredAt).toBe(at);
    for (const timestamp of [null, 'soon', {}, 1e300]) expect(parse(webhookOf({ id, timestamp })).occurredAt).toBeNull();
  });

  it('say that a record changed, and leave to its log what happened', () => {
    for (const action of ['create', 'change'])
      expect(meaning({ id, action, entity_id: '42' })).toEqual([
        { kind: 'record_changed', object: 'deal', externalId: '42', occurredAt: at },
      ]);
    expect(meaning({ id, entity: 'person', entity_id: 7 })).toEqual([
      { kind: 'record_changed', object: 'contact', externalId: '7', occurredAt: at },
    ]);
  });

  it('end a deleted record, and a merged one in the record that stays, whichever of the two webhooks comes', () => {
    const ended = { kind: 'record_deleted', object: 'deal', externalId: '42', occurredAt: at };
    expect(meaning({ id, action: 'delete', entity_id: '42' })).toEqual([{ ...ended, mergedInto: null }]);
    expect(meaning({ id, action: 'delete', entity_id: '42', merged_to_id: '43' })).toEqual([{ ...ended, mergedInto: '43' }]);
    expect(meaning({ id, entity_id: '43', merged_from_id: '42' })).toEqual([
      { kind: 'record_changed', object: 'deal', externalId: '43', occurredAt: at },
      { ...ended, mergedInto: '43' },
    ]);
  });

  it('mean nothing where they tell of something else', () => {
    for (const meta of [
      { entity: 'organization' },
      { entity: 'constructor' },
      { action: 'teleport' },
      { entity_id: 'not-a-number' },
    ])
      expect(meaning({ id, ...meta })).toEqual([]);
  });

  it('of version 1 are refused with what to do', () => {
    const { body, ...request } = webhookOf({});
    const old = {
      v: 1,
      event: 'updated.deal',
      meta: { id: 1, object: 'deal', action: 'updated' },
      current: { id: 1 },
      previous: {},
      retry: 0,
    };
    expect(body.length).toBeGreaterThan(0);
    expect(() => webhook.parse({ ...request, body: Buffer.from(JSON.stringify(old)) })).toThrow(
      /version 1: delete it at Pipedrive and make it anew/,
    );
  });

  it.each([
    ['nothing', ''],
    ['JSON that ends early', '{"meta":'],
    ['a list', '[]'],
    ['null', 'null'],
    ['no meta', '{"data":{}}'],
    ['an id with spaces', JSON.stringify({ meta: { id: 'a b', action: 'change', entity: 'deal', entity_id: '1' } })],
    ['no entity', JSON.stringify({ meta: { id: 'a', action: 'change', entity_id: '1' } })],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
  ])('are malformed with %s', (_name, body) => {
    expect(() => webhook.parse({ ...webhookOf({}), body: Buffer.from(body) })).toThrow(MalformedWebhook);
  });
});
