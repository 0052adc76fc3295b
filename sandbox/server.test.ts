import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type RunningSandbox } from './server.ts';

describe('The sandbox server', () => {
  let sandbox: RunningSandbox;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());

  const post = async (path: string, body = '{}') => {
    const answer = await fetch(sandbox.url + path, { method: 'POST', body });
    return { status: answer.status, body: await answer.json() };
  };

  it('is set up and read over its control endpoint', async () => {
    const created = await post(
      '/_control/twilio/createAccount',
      JSON.stringify({ sid: `AC${'1'.repeat(32)}`, authToken: 'token' }),
    );
    expect(created).toMatchObject({ status: 200, body: { authToken: 'token' } });
    await fetch(`${sandbox.url}/twilio/2010-04-01/Accounts.json?PageSize=1`);
    expect((await post('/_control/twilio/requests')).body).toEqual([
      { at: expect.any(String), method: 'GET', path: '/2010-04-01/Accounts.json', query: { PageSize: '1' }, fault: null },
    ]);
  });

  it.each([
    ['/_control/twilio/nonsense', '{}', 'There is no verb "nonsense"'],
    ['/_control/nobody/reset', '{}', 'There is no sandbox "nobody"'],
    ['/_control/twilio/fault', '{"kind":"meteor"}', 'kind'],
    ['/_control/twilio/reset', '{', 'JSON'],
    ['/_control/twilio/toString', '{}', 'There is no verb'],
  ])('says what is wrong with %s %s', async (path, body, words) => {
    expect(await post(path, body)).toEqual({ status: 400, body: { error: expect.stringContaining(words) } });
  });

  it('gives records without a field, or with it as a number, as if the vendor had changed them', async () => {
    const created = await post('/_control/twilio/createAccount', '{"messages":1}');
    const account = created.body as { sid: string; authToken: string };
    const message = async () => {
      const answer = await fetch(`${sandbox.url}/twilio/2010-04-01/Accounts/${account.sid}/Messages.json`, {
        headers: { authorization: `Basic ${btoa(`${account.sid}:${account.authToken}`)}` },
      });
      return ((await answer.json()) as { messages: Record<string, unknown>[] }).messages[0]!;
    };
    for (const kind of ['field_gone', 'field_as_number'])
      await post('/_control/twilio/fault', JSON.stringify({ kind, field: 'body', times: 1 }));
    expect(await message()).not.toHaveProperty('body');
    expect(await message()).toHaveProperty('body', 7);
    expect(await message()).toHaveProperty('body', expect.any(String));
  });

  it('counts a fault down, matches it by method and path, and forgets it on reset', async () => {
    const get = async (path: string) => (await fetch(sandbox.url + path)).status;
    await post(
      '/_control/twilio/fault',
      JSON.stringify({ kind: 'status500', times: 1, match: { method: 'GET', path: '/Messages' } }),
    );
    expect(await get('/twilio/2010-04-01/Accounts.json')).toBe(401);
    expect(await get('/twilio/2010-04-01/Accounts/AC/Messages.json')).toBe(500);
    expect(await get('/twilio/2010-04-01/Accounts/AC/Messages.json')).toBe(401);
    await post('/_control/twilio/fault', JSON.stringify({ kind: 'status500' }));
    expect(await get('/twilio/x')).toBe(500);
    await post('/_control/twilio/reset');
    expect(await get('/twilio/x')).toBe(401);
  });

  it('shows a message as it is told to, an older version of it too', async () => {
    const created = await post('/_control/twilio/createAccount', '{"messages":2}');
    const account = created.body as { sid: string; authToken: string };
    const list = async () => {
      const answer = await fetch(`${sandbox.url}/twilio/2010-04-01/Accounts/${account.sid}/Messages.json`, {
        headers: { authorization: `Basic ${btoa(`${account.sid}:${account.authToken}`)}` },
      });
      return ((await answer.json()) as { messages: { sid: string }[] }).messages;
    };
    const [newest, oldest] = await list();
    const changed = { sid: newest!.sid, status: 'sent', body: 'As it was', sentAt: '2026-01-02', updatedAt: '2026-01-03' };
    await post('/_control/twilio/changeMessages', JSON.stringify({ accountSid: account.sid, messages: [changed] }));
    expect(await list()).toMatchObject([
      { sid: oldest!.sid },
      {
        sid: newest!.sid,
        status: 'sent',
        body: 'As it was',
        date_sent: 'Fri, 02 Jan 2026 00:00:00 +0000',
        date_updated: 'Sat, 03 Jan 2026 00:00:00 +0000',
      },
    ]);
  });
});
