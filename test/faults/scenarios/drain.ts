/** The worker dies while it applies stored events. */
import { commandsOf } from '../../harness/connector.ts';
import { plan, send, type Sending } from '../../harness/delivery.ts';
import { connect, type Launched } from '../../harness/scene.ts';
import { post, type Inbound } from '../inbound.ts';
import type { Lab, NamedPoint } from '../lab.ts';
import { inLanes } from '../../harness/lanes.ts';
import { compareApplied, mixedEvents, type Expected } from '../mixed-events.ts';
import { recovered } from '../recovered.ts';
import { together, type Findings, type Scenario } from '../scenario.ts';

/** The connection's own statements: what else recovers meanwhile is left alone. */
const writes = (connectionId: string): NamedPoint => ({
  of: 'workers',
  part: 'app',
  statement: new RegExp(`^INSERT INTO messages [^]*'${connectionId}'`),
  hold: 'after',
});
const marks = (connectionId: string): NamedPoint => ({
  of: 'workers',
  part: 'traffic',
  statement: new RegExp(
    `^SELECT id, company_id AS companyId FROM integration_raw_events WHERE connection_id = '${connectionId}'`,
  ),
  hold: 'before',
});
const points: Record<string, (connectionId: string) => NamedPoint> = {
  'in the middle of applying a batch of events': writes,
  'between a batch of events and its mark': marks,
  'with a batch of events marked and unanswered': (connectionId) => ({ ...marks(connectionId), hold: 'after', commit: true }),
};

/** Of each kind, three in all: together they are two batches of the drain (`activities/events.ts`), and the first is full. */
const eventsOfAKind = 400;
const ownMessages = 2;

interface Told {
  launched: Launched;
  sendings: Sending[];
  expected: Expected;
}

export const drainScenarios: Scenario[] = Object.entries(points).map(([where, pointOf]) => ({
  name: `worker killed ${where}`,
  times: { short: pointOf === marks ? 1 : 0, full: 4 },
  async inject(lab, times) {
    const all = await Promise.all(Array.from({ length: times }, () => tellMuch(lab)));
    for (const [time, { launched }] of all.entries()) {
      const point = { ...pointOf(launched.connectionId), skip: time % 2 };
      await lab.killAt(point, () => commandsOf(lab, launched).resume());
      await lab.workers.start();
    }
    return {
      injected: times,
      settle: async () => together(await Promise.all(all.map((told) => applied(lab, told)))),
    };
  },
}));

/** A paused connection that was told of much: it all waits, in order, and resuming drains it in full batches. */
async function tellMuch(lab: Lab): Promise<Told> {
  const launched = await connect(lab, { messages: 0 });
  await plan(lab, launched, []);
  const policy = { statusWithinMs: 600_000 };
  const sendings = await Promise.all(Array.from({ length: ownMessages }, () => send(lab, launched, { policy })));
  const sids = await Promise.all(
    sendings.map(async ({ atTwilio }) => (await recovered(atTwilio, ({ length }) => length > 0))[0]!.sid),
  );
  await commandsOf(lab, launched).pause();

  const { first, after, expected } = mixedEvents(launched, eventsOfAKind);
  // Of our own messages first: a status of theirs that is applied again would stand in their history twice.
  for (const messageSid of sids) {
    expected.rows.set(messageSid, 'outbound delivered');
    for (const status of ['sent', 'delivered']) {
      expected.events.set(`${messageSid}:${status}`, { things: 1 });
      await lab.sandbox.control('twilio', 'sendCallback', { messageSid, status });
    }
  }
  await inLanes(first, 16, (form) => tell(lab, launched, form));
  await inLanes(after, 16, (form) => tell(lab, launched, form));
  return { launched, sendings, expected };
}

async function tell(lab: Lab, launched: Launched, form: Inbound): Promise<void> {
  const { status } = await post(lab, launched, form);
  if (status !== 200) throw new Error(`The event ${form.MessageSid} was answered ${status}.`);
}

/** Besides the events: our own messages have heard each status once, and nobody waits for them any more. */
async function applied(lab: Lab, { launched, sendings, expected }: Told): Promise<Findings> {
  const findings = await compareApplied(lab, launched, expected);
  for (const { deliveryId, handle } of sendings) {
    const told = await lab.rows<{ status: string }>(
      'app',
      `SELECT status FROM message_delivery_statuses WHERE delivery_id = ? AND source = 'callback'`,
      [deliveryId],
    );
    const statuses = told.map(({ status }) => status).join(', ');
    if (statuses !== 'sent, delivered')
      (told.length > 2 ? findings.doubled : findings.lost).push(`The delivery ${deliveryId} was told "${statuses}".`);
    const life = async () => (await handle.describe()).status.name;
    const ended = await recovered(life, (name) => name === 'COMPLETED').catch(life);
    if (ended !== 'COMPLETED') findings.stuck.push(`The workflow of the delivery ${deliveryId} is ${ended}.`);
  }
  return findings;
}
