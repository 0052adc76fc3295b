import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { workflowIds } from '../../domain/workflow-ids.ts';
import type { InboundEventRow } from '../../db/traffic/stores/events.ts';
import { twilio } from '../../providers/twilio/index.ts';
import { commandsOf } from '../harness/connector.ts';
import { startEngine, type Engine } from '../harness/engine.ts';
import { connectAhead, type ConnectionRef, type Launched } from '../harness/scene.ts';
import { until } from '../harness/until.ts';

let engine: Engine;
let connections: Awaited<ReturnType<typeof connectAhead>>;
beforeAll(async () => {
  engine = await startEngine();
  connections = await connectAhead(engine, 9, { messages: 0 });
}, 120_000);
afterAll(() => engine.stop());

const sidOf = (count: number) => `SM${String(count).padStart(32, '0')}`;
const person = '+14155550177';

/** A webhook's form as it is stored: parsed by the provider, in the order given. */
function stored({ connectionId, companyId }: ConnectionRef, forms: Record<string, string>[], query = ''): InboundEventRow[] {
  const startMs = Date.now();
  return forms.flatMap((form, index) =>
    twilio
      .webhook!.parse({
        method: 'POST',
        url: `${engine.url}/webhooks/twilio/${connectionId}${query}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: Buffer.from(new URLSearchParams(form).toString()),
      })
      .map(({ key, type, data }) => ({
        connectionId,
        companyId,
        providerKey: 'twilio',
        source: 'webhook' as const,
        key,
        type,
        occurredAt: null,
        receivedAt: new Date(startMs + index),
        data,
      })),
  );
}
const inbound = (sid: string, body: string, from = person) => ({
  MessageSid: sid,
  From: from,
  To: '+14155550100',
  Body: body,
  SmsStatus: 'received',
});
const status = (sid: string, told: string) => ({ MessageSid: sid, MessageStatus: told, To: person, From: '+14155550100' });

async function drain(launched: Launched, rows: InboundEventRow[]) {
  await engine.traffic.events.storeBatch(rows);
  await engine.deps.temporal.wakeEvents(launched);
  await until(
    () => engine.traffic.events.countWaiting(launched.connectionId),
    (waiting) => waiting === 0,
  );
  const handle = engine.client.workflow.getHandle(workflowIds.events(launched.connectionId));
  await handle.result();
  return handle;
}
const received = async ({ connectionId }: ConnectionRef, limit = 100) =>
  (await engine.app.records.messages({ connectionId, direction: 'inbound', limit })).items.filter(
    ({ fromAddress }) => fromAddress === person,
  );
const statesOf = async ({ connectionId }: ConnectionRef) =>
  (await engine.traffic.events.list({ connectionId, limit: 100 })).items.map(({ state }) => state);

async function deliveryOf({ companyId, connectionId, account }: Launched, sid: string) {
  const delivery = await engine.app.deliveries.create(
    { companyId, connectionId, templateId: null, variables: {}, from: account.number, to: person, body: 'Hello', segments: 1 },
    { actor: 'test' },
  );
  await engine.app.deliveries.claim(delivery.id);
  const sent = { externalId: sid, status: 'accepted' as const, segments: 1, errorCode: null, source: 'us' as const };
  return engine.app.deliveries.accepted(delivery.id, sent);
}

describe('draining stored events', () => {
  it('applies a thousand and more in batches', async () => {
    const launched = connections.next();
    const forms = Array.from({ length: 1_200 }, (_, index) => inbound(sidOf(index), `Text ${index}`));
    await drain(launched, stored(launched, forms));
    const messages = [];
    for (let cursor: string | undefined, more = true; more;) {
      const page = await engine.app.records.messages({
        connectionId: launched.connectionId,
        limit: 500,
        ...(cursor && { cursor }),
      });
      messages.push(...page.items);
      cursor = page.nextCursor ?? undefined;
      more = page.nextCursor !== null;
    }
    expect(new Set(messages.map(({ body }) => body)).size).toBe(1_200);
    expect(messages).toHaveLength(1_200);
  });

  it('applies in the order of arrival: who stops and then starts again is heard last', async () => {
    const launched = connections.next();
    await drain(launched, stored(launched, [inbound(sidOf(1), 'STOP'), inbound(sidOf(2), 'START')]));
    expect(await engine.app.optOuts.isOptedOut(launched.connectionId, person)).toBe(false);
    await drain(launched, stored(launched, [inbound(sidOf(3), 'START'), inbound(sidOf(4), 'STOP')]));
    expect(await engine.app.optOuts.isOptedOut(launched.connectionId, person)).toBe(true);
  });

  it('applies an older event after a newer one without going back in time', async () => {
    const launched = connections.next();
    const delivery = await deliveryOf(launched, sidOf(7));
    await drain(launched, stored(launched, [status(sidOf(7), 'delivered')], `?delivery=${delivery.id}`));
    await drain(launched, stored(launched, [status(sidOf(7), 'sent'), status(sidOf(7), 'queued')], `?delivery=${delivery.id}`));
    expect(await engine.app.deliveries.find(delivery.id)).toMatchObject({ status: 'delivered' });
    expect((await engine.app.deliveries.history(delivery.id)).map((moment) => moment.status).at(-1)).toBe('delivered');
  });

  it('applies a repeated event once, and counts the repeat', async () => {
    const launched = connections.next();
    const rows = stored(launched, [inbound(sidOf(1), 'Hello')]);
    await drain(launched, rows);
    expect(await engine.traffic.events.storeBatch(rows)).toEqual({ stored: 0, duplicates: 1 });
    await drain(launched, rows);
    expect(await received(launched)).toHaveLength(1);
    expect((await engine.traffic.events.list({ connectionId: launched.connectionId, limit: 5 })).items).toMatchObject([
      { state: 'applied', duplicates: 2 },
    ]);
  });

  it('takes up events that arrive while it is at work', async () => {
    const launched = connections.next();
    const rows = stored(
      launched,
      Array.from({ length: 30 }, (_, index) => inbound(sidOf(index), `Text ${index}`)),
    );
    for (const row of rows) {
      await engine.traffic.events.storeBatch([row]);
      await engine.deps.temporal.wakeEvents(launched);
    }
    await until(
      () => received(launched),
      (messages) => messages.length === 30,
    );
  });

  it('ignores, visibly, what means nothing to us', async () => {
    const launched = connections.next();
    await drain(launched, stored(launched, [status(sidOf(1), 'teleported')]));
    expect(await statesOf(launched)).toEqual(['ignored']);
  });

  it('leaves the events of a disconnected connection where they are', async () => {
    const launched = connections.next();
    await commandsOf(engine, launched).disconnect();
    await engine.traffic.events.storeBatch(stored(launched, [inbound(sidOf(1), 'Hello')]));
    await engine.deps.temporal.wakeEvents(launched);
    await engine.client.workflow.getHandle(workflowIds.events(launched.connectionId)).result();
    expect(await statesOf(launched)).toEqual(['stored']);
  });
});

describe('an event that cannot be applied', () => {
  it('goes into the queue with its reason, and the rest is applied', async () => {
    const launched = connections.next();
    const bad = inbound(sidOf(2), 'Too long a sender', `+${'4'.repeat(500)}`);
    await drain(launched, stored(launched, [inbound(sidOf(1), 'One'), bad, inbound(sidOf(3), 'Three')]));
    expect(new Set((await received(launched)).map(({ body }) => body))).toEqual(new Set(['One', 'Three']));
    const { items } = await engine.app.errorQueue.list({ connectionId: launched.connectionId, limit: 5 });
    expect(items).toMatchObject([{ kind: 'event', code: 'record_rejected', state: 'pending', rawEventId: expect.any(String) }]);
    expect((await statesOf(launched)).toSorted()).toEqual(['applied', 'applied', 'failed']);
  });

  it('is applied after all once its cause is mended and it is retried', async () => {
    const launched = connections.next();
    const { connectionId, companyId } = launched;
    const record = {
      sid: sidOf(9),
      direction: 'inbound',
      from: person,
      status: 'beamed',
      date_updated: 'Sat, 21 Nov 2026 10:00:00 +0000',
    };
    const polled = { connectionId, companyId, providerKey: 'twilio', source: 'poll' as const, key: 'poll:1', type: 'message' };
    await drain(launched, [{ ...polled, occurredAt: null, receivedAt: new Date(), data: { record } }]);
    const [item] = (await engine.app.errorQueue.list({ connectionId, limit: 5 })).items;
    expect(item).toMatchObject({ kind: 'record', sentence: expect.stringContaining('status is not a valid enum') });

    const { mapping } = twilio.streams['messages']!;
    const fields = mapping.fields.map((field) =>
      field.target === 'status' ? { ...field, transform: { kind: 'enum' as const, values: { beamed: 'received' } } } : field,
    );
    await engine.app.mappings.publish({ connectionId, mapping: { ...mapping, fields } }, { actor: 'user_admin' });
    await engine.app.errorQueue.retry(item!.id, { actor: 'user_admin' });
    expect(await engine.traffic.events.requeue(connectionId, item!.rawEventId!)).toBe(true);
    await drain(launched, []);
    expect(await received(launched)).toMatchObject([{ externalId: sidOf(9), status: 'received' }]);
    expect(await engine.app.errorQueue.find(item!.id)).toMatchObject({ state: 'resolved' });
    expect(await statesOf(launched)).toEqual(['applied']);
  });
});

it('keeps no phone number, no token and no message body in any history or log line', async () => {
  engine.canaries.add(person).add('Text 1199').add('Too long a sender');
  expect(await engine.leaks()).toEqual([]);
});
