import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import { createProviderHttp } from '../http.ts';
import { accountSid, authToken, sender } from './twilio.fixture.ts';
import type { TwilioContext } from './client.ts';
import { twilio } from './index.ts';

describe('Twilio’s streams', () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  beforeEach(() => sandbox.control('twilio', 'reset'));

  const createAccount = (over: Record<string, unknown> = {}) =>
    sandbox.control('twilio', 'createAccount', {
      sid: accountSid,
      authToken,
      numbers: [{ phoneNumber: sender }],
      callbacks: [],
      ...over,
    });
  const context = (over: Partial<TwilioContext> = {}): TwilioContext => ({
    http: createProviderHttp({
      vendorBaseUrl: twilio.baseUrl,
      baseUrl: `${sandbox.url}/twilio`,
      hosts: twilio.hosts,
      timeoutMs: 5_000,
      log() {},
    }),
    credentials: { accountSid, authToken },
    settings: {},
    ...over,
  });
  const { messages, usage } = twilio.streams as Record<'messages' | 'usage', (typeof twilio.streams)[string]>;
  const fetch = (cursor: string | null, { now = new Date(), pageSize = 10 } = {}) =>
    messages.fetchPage(context(), { cursor, now, pageSize });
  const sidsOf = (records: unknown[]) => records.map((record) => (record as { sid: string }).sid);
  const asked = () => sandbox.control<{ path: string; query: Record<string, string> }[]>('twilio', 'requests');
  const receive = () => sandbox.control<{ sid: string }>('twilio', 'inbound', { to: sender, from: '+14155550100', body: 'Hi' });

  it('ask for the whole account first, and then for whole GMT days that overlap by two', async () => {
    await createAccount({ messages: 3 });
    const now = new Date('2026-03-01T00:30:00Z');
    const { cursor, done } = await fetch(null, { now });
    expect(done).toBe(true);
    await fetch(cursor, { now: new Date('2026-03-01T00:45:00Z') });
    expect((await asked()).map(({ query }) => query)).toEqual([
      { PageSize: '10' },
      { 'DateSent>': '2026-02-27', PageSize: '10' },
    ]);
  });

  it.each([
    ['ahead', 5],
    ['behind', -5],
  ])('lose nothing around midnight when our clock is five minutes %s', async (_, minutes) => {
    await createAccount();
    const midnight = new Date().setUTCHours(24, 0, 0, 0);
    const at = async (twilioMs: number) => {
      await sandbox.control('twilio', 'setClock', { accountSid, aheadMs: twilioMs - Date.now() });
      return new Date(twilioMs + minutes * 60_000);
    };
    const seen: string[] = [];
    const received: string[] = [];
    let cursor: string | null = null;
    for (let minute = -8; minute <= 8; minute += 4) {
      const now = await at(midnight + minute * 60_000);
      received.push((await receive()).sid);
      const page = await fetch(cursor, { now });
      received.push((await receive()).sid);
      seen.push(...sidsOf(page.records));
      ({ cursor } = page);
    }
    seen.push(...sidsOf((await fetch(cursor, { now: await at(midnight + 600_000) })).records));
    expect(new Set(seen)).toEqual(new Set(received));
  });

  it('start the next window where the first page was asked for, however long the paging took', async () => {
    await createAccount({ messages: 15 });
    const first = await fetch(null, { now: new Date('2026-03-01T23:59:00Z') });
    const last = await fetch(first.cursor, { now: new Date('2026-03-09T12:00:00Z') });
    expect(last.done).toBe(true);
    expect(JSON.parse(last.cursor)).toMatchObject({ from: '2026-02-27' });
  });

  it('lose nothing that arrives while a window is paged', async () => {
    await createAccount({ messages: 15 });
    const first = await fetch(null);
    const arrived = [await receive(), await receive()].map(({ sid }) => sid);
    const second = await fetch(first.cursor);
    const seen = sidsOf([...first.records, ...second.records]);
    expect(new Set(seen).size).toBe(15);
    expect(sidsOf((await fetch(second.cursor)).records)).toEqual(expect.arrayContaining(arrived));
  });

  it('ask for no more than Twilio gives in one page', async () => {
    await createAccount();
    await fetch(null, { pageSize: 5_000 });
    expect((await asked())[0]!.query).toEqual({ PageSize: '1000' });
  });

  it('begin the window anew when a page belongs to an account that the connection had before', async () => {
    await createAccount({ messages: 5 });
    const page = `/2010-04-01/Accounts/AC${'9'.repeat(32)}/Messages.json?Page=1`;
    const answered = await fetch(JSON.stringify({ from: null, startedOn: '2026-03-01', page }));
    expect(answered.records).toHaveLength(5);
  });

  it('speak to the region where the account is', async () => {
    await createAccount({ messages: 1 });
    const answered = await messages.fetchPage(context({ settings: { region: 'ie1' } }), {
      cursor: null,
      now: new Date(),
      pageSize: 10,
    });
    expect(answered.records).toHaveLength(1);
    expect((await asked())[0]!.path).toBe(`/api.dublin.ie1.twilio.com/2010-04-01/Accounts/${accountSid}/Messages.json`);
  });

  it('take region and edge from the settings alone, never from this process’s environment', async () => {
    process.env['TWILIO_REGION'] = 'au1';
    process.env['TWILIO_EDGE'] = 'sydney';
    try {
      await createAccount();
      await fetch(null);
      expect((await asked())[0]!.path).toBe(`/2010-04-01/Accounts/${accountSid}/Messages.json`);
    } finally {
      delete process.env['TWILIO_REGION'];
      delete process.env['TWILIO_EDGE'];
    }
  });

  it('give usage of this account by category and day, for the last 30 days at first', async () => {
    await createAccount({ messages: 6, messageDays: 3 });
    const now = new Date();
    const { records } = await usage.fetchPage(context(), { cursor: null, now, pageSize: 100 });
    const from = new Date(now.getTime() - 30 * 86_400_000).toISOString().slice(0, 10);
    expect((await asked())[0]!.query).toEqual({ StartDate: from, IncludeSubaccounts: 'false', PageSize: '100' });
    const total = (category: string) =>
      (records as { category: string; usage: string }[])
        .filter((record) => record.category === category)
        .reduce((sum, record) => sum + Number(record.usage), 0);
    expect([total('sms'), total('sms-outbound'), total('sms-inbound')]).toEqual([6, 4, 2]);
  });

  it('tell in words when the account may not be used', async () => {
    await createAccount({ status: 'suspended' });
    expect(await twilio.check(context())).toMatchObject({
      account: { status: 'suspended' },
      usable: { ok: false, failure: { code: 'permission_missing' } },
      reaches: [],
    });
    await sandbox.control('twilio', 'setStatus', { accountSid, status: 'closed' });
    expect(await twilio.check(context())).toMatchObject({
      usable: { ok: false, failure: { sentence: 'The Twilio account is closed: connect another account.' } },
    });
  });
});
