/** Stored events applied per second: what waits while a connection is paused, from its resuming to the end of its drain. */
import type { InboundEventRow } from '../db/traffic/stores/events.ts';
import { workflowIds } from '../domain/workflow-ids.ts';
import { commandsOf } from '../test/harness/connector.ts';
import { connect, type Launched } from '../test/harness/scene.ts';
import { figure, Incorrect, type Bench, type Part } from './figure.ts';

export const drain: Part = {
  name: 'drain',
  shares: 'the workers, the database and Temporal',
  async measure(bench) {
    const rates: number[] = [];
    const count = bench.quick ? 6_000 : 30_000;
    await measureRound(bench, Math.min(count, 6_000)); // warms the workers
    for (let round = 1; round <= bench.rounds; round += 1) {
      rates.push(await measureRound(bench, count));
      bench.say(`  round ${round}: ${count} events, ${Math.round(rates.at(-1)!)}/s`);
    }
    return [figure(`${count.toLocaleString('en-US')} events`, 'events/s', rates, { wishes: [{ atLeast: 3_000 }] })];
  },
};

async function measureRound({ stack }: Bench, count: number): Promise<number> {
  const launched = await connect(stack, { messages: 0 });
  const { pause, resume } = commandsOf(stack, launched);
  await pause();
  const rows = eventsOf(launched, count);
  for (let from = 0; from < count; from += 500) await stack.traffic.events.storeBatch(rows.slice(from, from + 500));

  const began = performance.now();
  await resume();
  await stack.client.workflow.getHandle(workflowIds.events(launched.connectionId)).result();
  const perS = count / ((performance.now() - began) / 1_000);
  await checkApplied(stack, launched, count);
  return perS;
}

/** Each message of ours is told of twice, and between them somebody replies. */
function eventsOf({ connectionId, companyId, account }: Launched, count: number): InboundEventRow[] {
  return Array.from({ length: count }, (_, place) => {
    const kind = place % 3;
    const sid = `SM${String(kind === 2 ? place : place - kind).padStart(32, '0')}`;
    const person = `+1415557${String(place % 10_000).padStart(4, '0')}`;
    const shared = { AccountSid: account.accountSid, ApiVersion: '2010-04-01', MessageSid: sid, SmsSid: sid, delivery: null };
    const status = kind === 0 ? 'sent' : 'delivered';
    const told = { ...shared, From: account.number, To: person, MessageStatus: status, SmsStatus: status };
    const reply = {
      ...shared,
      From: person,
      To: account.number,
      Body: 'Yes, nine is fine.',
      NumSegments: '1',
      SmsStatus: 'received',
    };
    return {
      connectionId,
      companyId,
      providerKey: 'twilio',
      source: 'webhook',
      key: kind === 2 ? sid : `${sid}:${status}`,
      type: kind === 2 ? 'message_received' : 'message_status',
      occurredAt: null,
      receivedAt: new Date(),
      data: kind === 2 ? reply : told,
    };
  });
}

async function checkApplied({ traffic, app }: Bench['stack'], { connectionId }: Launched, count: number): Promise<void> {
  const { items } = await traffic.events.list({ connectionId, limit: count });
  const applied = items.filter(({ state }) => state === 'applied').length;
  const messages = (await app.records.messages({ connectionId, limit: count })).items.length;
  const expected = Math.ceil(count / 3) + Math.floor(count / 3);
  if (applied !== count || messages !== expected)
    throw new Incorrect(
      `Of ${count} events ${applied} were applied, and made ${messages} messages where ${expected} were told of.`,
    );
}
