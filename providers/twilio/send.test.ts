import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { startSandbox, type RunningSandbox } from '../../sandbox/server.ts';
import type { InboundRequest, OutgoingMessage } from '../contract.ts';
import { createProviderHttp } from '../http.ts';
import { accountSid, authToken, publicUrl, sender, service } from './twilio.fixture.ts';
import type { TwilioContext } from './client.ts';
import { twilio } from './index.ts';

const { send, find } = twilio.sendMessage!;
const person = '+14155550100';

describe('Messages through Twilio', () => {
  let sandbox: RunningSandbox;
  let receiver: Server;
  let arrived: InboundRequest[] = [];
  let context: TwilioContext;

  beforeAll(async () => {
    sandbox = await startSandbox();
    // Stands where the API will: reached at a local address, while Twilio signs the public one.
    receiver = createServer((request, response) => {
      void buffer(request).then((body) => {
        arrived.push({
          method: 'POST',
          url: `https://hooks.example.com${request.url}`,
          headers: request.headers as Record<string, string>,
          body,
        });
        response.end();
      });
    });
    await new Promise<void>((resolve) => {
      receiver.listen(0, '127.0.0.1', resolve);
    });
    const http = createProviderHttp({
      vendorBaseUrl: twilio.baseUrl,
      baseUrl: `${sandbox.url}/twilio`,
      hosts: twilio.hosts,
      timeoutMs: 5_000,
      log() {},
    });
    context = { http, credentials: { accountSid, authToken }, settings: {} };
  });
  afterAll(async () => {
    await sandbox.close();
    receiver.closeAllConnections();
    receiver.close();
  });
  beforeEach(async () => {
    arrived = [];
    await sandbox.control('twilio', 'reset');
    await sandbox.control('twilio', 'createAccount', {
      sid: accountSid,
      authToken,
      numbers: [{ phoneNumber: sender, smsUrl: publicUrl }],
      services: [{ sid: service, label: 'Reminders' }],
      callbacks: [],
      deliverTo: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    });
  });

  const control = <T = any>(verb: string, input: Record<string, unknown> = {}) => sandbox.control<T>('twilio', verb, input);
  const message = (over: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
    from: sender,
    to: person,
    body: 'Your technician is on the way.',
    statusCallbackUrl: null,
    ...over,
  });
  const failure = async (over: Partial<OutgoingMessage>) =>
    twilio.classify(
      await send(context, message(over)).then(
        () => expect('the message').toBe('refused'),
        (error: unknown) => error,
      ),
    );
  const until = async (count: number) => {
    for (let round = 0; arrived.length < count && round < 100; round += 1)
      await new Promise((resolve) => {
        setTimeout(resolve, 20);
      });
    return arrived;
  };
  const meanings = (requests: InboundRequest[]) =>
    requests.flatMap((request) => {
      expect(twilio.webhook!.verify(request, context.credentials, new Date())).toEqual({ ok: true });
      return twilio
        .webhook!.parse(request)
        .flatMap((event) => twilio.normalize({ ...event, occurredAt: '2026-01-02T03:04:05.000Z' }));
    });

  it.each([
    ['+15005550001', '21211', 'record_rejected'],
    ['+15005550002', '21612', 'record_rejected'],
    ['+15005550003', '21408', 'permission_missing'],
    ['+15005550004', '21610', 'record_rejected'],
    ['+15005550009', '21614', 'record_rejected'],
  ])('to Twilio’s test number %s fail with %s, and the number is in no sentence', async (to, providerCode, code) => {
    const failed = await failure({ to });
    expect(failed).toMatchObject({ code, providerCode, effect: 'none' });
    expect(failed.sentence).not.toContain('5005550');
  });

  it.each([
    ['+15005550001', '21212', 'configuration_invalid'],
    ['+15005550007', '21606', 'configuration_invalid'],
    ['+15005550008', '21611', 'rate_limited'],
    [`MG${'0'.repeat(32)}`, '21705', 'configuration_invalid'],
  ])('from %s fail with %s', async (from, providerCode, code) => {
    expect(await failure({ from })).toMatchObject({ code, providerCode });
  });

  it('that are empty or too long fail with a code of their own', async () => {
    expect(await failure({ body: '' })).toMatchObject({ providerCode: '21602' });
    expect(await failure({ body: 'x'.repeat(1601) })).toMatchObject({ providerCode: '21617' });
  });

  it('go to nobody who texted STOP, until they text START', async () => {
    await control('inbound', { to: sender, from: person, body: 'Stop' });
    expect(await failure({})).toMatchObject({ providerCode: '21610' });
    expect(await failure({ from: service })).toMatchObject({ providerCode: '21610' });
    await control('inbound', { to: sender, from: person, body: 'START' });
    await send(context, message());
    expect(meanings(await until(2)).map(({ kind }) => kind)).toEqual([
      'message_received',
      'opt_out',
      'message_received',
      'opt_in',
    ]);
  });

  it('arrive at Twilio exactly as asked', async () => {
    const asked = message({ body: 'Ünïcödé + 50% & "more" 👍\nSecond line', statusCallbackUrl: `${publicUrl}?delivery=dlv_1` });
    const { externalId, segments } = await send(context, asked);
    expect(await control('messages', { accountSid })).toEqual([
      expect.objectContaining({
        sid: externalId,
        from: sender,
        to: person,
        body: asked.body,
        statusCallback: asked.statusCallbackUrl,
      }),
    ]);
    expect(segments).toBe(1);
  });

  it('through a messaging service are found again, and told from those of the number itself', async () => {
    const byService = await send(context, message({ from: service }));
    const byNumber = await send(context, message());
    expect(byService).toMatchObject({ status: 'accepted', segments: null });
    expect((await find(context, message({ from: service }), 0)).map(({ externalId }) => externalId)).toEqual([
      byService.externalId,
    ]);
    expect((await find(context, message(), 0)).map(({ externalId }) => externalId)).toEqual([byNumber.externalId]);
  });

  it('of a trial account are found behind the words that Twilio puts before them, and go to verified people only', async () => {
    await control('createAccount', {
      sid: accountSid,
      authToken,
      type: 'Trial',
      numbers: [{ phoneNumber: sender }],
      callbacks: [],
    });
    const sent = await send(context, message());
    expect((await find(context, message(), 0)).map(({ externalId }) => externalId)).toEqual([sent.externalId]);
    expect(await failure({ to: '+15005550010' })).toMatchObject({ providerCode: '21608', code: 'permission_missing' });
  });

  it('are found oldest first, over more than one page, while they are still queued and have no day of sending', async () => {
    await control('createAccount', {
      sid: accountSid,
      authToken,
      numbers: [{ phoneNumber: sender }],
      messages: 2_500,
      callbacks: [],
    });
    const sent = [await send(context, message({ to: '+14155550100' })), await send(context, message({ to: '+14155550100' }))];
    const found = await find(context, message({ to: '+14155550100' }), 0);
    expect(found.map(({ externalId }) => externalId).toSorted()).toEqual(sent.map(({ externalId }) => externalId).toSorted());
    expect(found.map(({ createdAt }) => createdAt)).toEqual(found.map(({ createdAt }) => createdAt).toSorted());
  });

  it.each([
    ['ahead of', 300_000],
    ['behind', -300_000],
  ])(
    'are found again though Twilio’s clock is five minutes %s ours, and older ones with the same words are not',
    async (_, aheadMs) => {
      await control('setClock', { accountSid, aheadMs: aheadMs - 600_000 });
      await send(context, message());
      await control('setClock', { accountSid, aheadMs });
      const sent = await send(context, message());
      expect((await find(context, message(), 1_000)).map(({ externalId }) => externalId)).toEqual([sent.externalId]);
    },
  );

  it('are not called missing when Twilio’s answer does not say when it was given', async () => {
    await send(context, message());
    const undated: TwilioContext = {
      ...context,
      http: {
        async request(asked) {
          const { headers, ...answer } = await context.http.request(asked);
          const { date: _, ...others } = headers;
          return { ...answer, headers: others };
        },
      },
    };
    await expect(find(undated, message(), 0)).rejects.toThrow('could not be read');
  });

  it('are told about by signed callbacks for the public URL, in any order and as often as Twilio likes', async () => {
    await control('setCallbacks', {
      accountSid,
      plan: [
        { status: 'delivered', delayMs: 10 },
        { status: 'sent', delayMs: 60 },
        { status: 'delivered', delayMs: 60 },
      ],
    });
    const { externalId } = await send(context, message({ statusCallbackUrl: `${publicUrl}?delivery=dlv_9` }));
    const told = meanings(await until(3));
    expect(told.map((event) => event.kind === 'message_status' && [event.externalId, event.status, event.deliveryId])).toEqual([
      [externalId, 'delivered', 'dlv_9'],
      [externalId, 'sent', 'dlv_9'],
      [externalId, 'delivered', 'dlv_9'],
    ]);
    const keys = arrived.flatMap((request) => twilio.webhook!.parse(request).map(({ key }) => key));
    expect(new Set(keys).size).toBe(2);
    expect((await twilio.sendMessage!.fetch(context, externalId)).status).toBe('delivered');
  });

  it('are signed with the new token once it was rotated, and the old one opens nothing any more', async () => {
    await control('rotateToken', { accountSid, authToken: 'rotated' });
    expect(await failure({})).toMatchObject({ code: 'credentials_rejected' });
    await control('inbound', { to: sender, from: person, body: 'Hi' });
    const [request] = await until(1);
    expect(twilio.webhook!.verify(request!, context.credentials, new Date())).toEqual({ ok: false, reason: 'mismatch' });
    expect(twilio.webhook!.verify(request!, { accountSid, authToken: 'rotated' }, new Date())).toEqual({ ok: true });
  });
});
